/**
 * The only source of chance; everything else is given a {@link Chance}, so that what happened once can be
 * made to happen again.
 */
export interface Chance {
  /** A number from 0 up to 1. */
  random(): number;
  /** A name that nobody else has. */
  uuid(): string;
}

/** The chance of this machine. */
export const systemChance: Chance = {
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
};
