import type { LeaseNews, ListenerNews, StoreNews } from "../broker/news.ts";
import type { CheckpointNews, DeliveryNews } from "../delivery/news.ts";
import type { TokenNews } from "../platform/news.ts";
import type { TimeNews } from "../process/news.ts";
import type { RuleNews, SyncNews } from "../sync/news.ts";
import type { TimerNews } from "../timers/news.ts";

/** Everything that the parts of the sensor tell: the one stream that log, metrics, page and spans hear. */
export type News =
  | TimerNews
  | RuleNews
  | SyncNews
  | DeliveryNews
  | CheckpointNews
  | StoreNews
  | ListenerNews
  | LeaseNews
  | TokenNews
  | TimeNews;
