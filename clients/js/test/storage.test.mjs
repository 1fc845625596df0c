import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { browserStorage, createAccountClient, memoryStorage, storageKeys } from 'account-client';

const browser = ['document', 'sessionStorage', 'localStorage'];
const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const before = browser.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
afterEach(() => {
  browser.forEach((name, index) => {
    delete globalThis[name];
    if (before[index]) Object.defineProperty(globalThis, name, before[index]);
  });
});

test('a browser keeps the session and its change of the email for the tab, and the rest for every tab', () => {
  set('document', {});
  set('sessionStorage', memoryStorage());
  set('localStorage', memoryStorage());
  const storage = browserStorage();
  for (const key of Object.values(storageKeys)) storage.setItem(key, key);
  const kept = (store) => Object.values(storageKeys).filter((key) => store.getItem(key) !== null);
  assert.deepEqual(kept(sessionStorage), [storageKeys.session, storageKeys.emailChange]);
  assert.deepEqual(kept(localStorage), [storageKeys.registration, storageKeys.passwordReset]);
  const client = createAccountClient({ url: '/graphql' });
  assert.equal(client.sessionToken(), storageKeys.session);
  storage.removeItem(storageKeys.session);
  assert.equal(client.sessionToken(), null);
});

test('a browser that forbids storage keeps tokens until the page ends', () => {
  set('document', {});
  for (const name of ['sessionStorage', 'localStorage']) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
  }
  const storage = browserStorage();
  storage.setItem(storageKeys.session, 'one');
  assert.equal(storage.getItem(storageKeys.session), 'one');
  storage.removeItem(storageKeys.session);
  assert.equal(storage.getItem(storageKeys.session), null);
  assert.equal(browserStorage().getItem(storageKeys.session), null);
});

test('elsewhere each client has a memory of its own', () => {
  const [one, other] = [memoryStorage(), memoryStorage()];
  one.setItem(storageKeys.session, 'one');
  assert.equal(other.getItem(storageKeys.session), null);
  assert.equal(createAccountClient({ url: '/graphql' }).sessionToken(), null);
});
