// Read by a test, and never run: what has a comment at its end leaves a promise without an owner.

declare const one: { go(): Promise<void>; listen(take: () => void): void; ask(): Promise<number> };

async function all(): Promise<void> {
  one.go(); // ownerless
  void one.go(); // ownerless
  one.go().then(() => {}); // ownerless
  one.go().finally(() => {}); // ownerless
  one.go().catch(() => one.go()); // ownerless
  one.ask().then(() => one.go(), () => {}); // ownerless
  one.listen(async () => await one.go()); // ownerless
  one.listen(() => one.go()); // ownerless
  one.listen(() => void one.go()); // ownerless
  Math.random() > 0.5 ? one.go() : null; // ownerless

  await one.go();
  one.go().catch(() => {});
  one.ask().then(() => {}, () => {});
  one.go().catch(() => {}).finally(() => {});
  one.listen(() => void one.go().catch(() => {}));
  const kept = one.go();
  await Promise.all([kept, one.ask()]);
}

all().catch(() => {});
