/** Tells a fact. Nobody answers: what has to be done about it is asked of a port instead. */
export type Tell<News> = (news: News) => void;

/**
 * One teller for several listeners, in their order. A listener that throws costs the others nothing:
 * `failed` is told instead.
 */
export function broadcast<News>(
  listeners: readonly Tell<News>[],
  failed: (error: unknown) => void,
): Tell<News> {
  return (news) => {
    for (const listen of listeners) {
      try {
        listen(news);
      } catch (error) {
        failed(error);
      }
    }
  };
}
