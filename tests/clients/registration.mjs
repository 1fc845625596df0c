// The registration that waits for its code, for a day at most. With `localStorage` as the store, a reload and every other
// tab can continue.
const KEY = 'registration';
const DAY = 24 * 60 * 60 * 1000;

export function keepRegistration(store, { email, verificationToken }) {
  store.setItem(KEY, JSON.stringify({ email, verificationToken, endsAt: Date.now() + DAY }));
}

export function keptRegistration(store) {
  const kept = JSON.parse(store.getItem(KEY));
  return kept && Date.now() < kept.endsAt ? kept : null;
}

export function forgetRegistration(store) {
  store.removeItem(KEY);
}
