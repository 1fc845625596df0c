const keys = new WeakMap<object, number>();
let last = 0;

/** A `key` for React. A message that repeats gets a new element, so that a screen reader announces it again. */
export function keyOf(thing: object): number {
  const key = keys.get(thing) ?? ++last;
  keys.set(thing, key);
  return key;
}
