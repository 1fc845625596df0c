import { basic } from './basic.mjs';
import { ACTIVATE, ME, REGISTER, RESEND, SIGN_IN, SIGN_OUT } from './documents.mjs';
import { forgetRegistration, keepRegistration, keptRegistration } from './registration.mjs';

// A person's way to an account and into it. `send(document, variables, authorization)` is a GraphQL client's, `store` the
// browser's localStorage. A password is never kept, and the session token only here: a reload forgets it.
export class Account {
  #send;
  #store;
  #token;

  constructor(send, store) {
    this.#send = send;
    this.#store = store;
  }

  async register(email, password) {
    const { register } = await this.#send(REGISTER, { input: { email, password } });
    const { verificationToken } = register;
    if (verificationToken) keepRegistration(this.#store, { email, verificationToken });
    return register;
  }

  async activate(typed) {
    // A pasted code can contain spaces.
    const activationCode = typed.replace(/\s/g, '');
    const verificationToken = keptRegistration(this.#store)?.verificationToken;
    const { activate } = await this.#send(ACTIVATE, { input: { activationCode, verificationToken } });
    return this.#activated(activate);
  }

  async resend() {
    const verificationToken = keptRegistration(this.#store)?.verificationToken;
    const { resendActivationCode } = await this.#send(RESEND, { input: { verificationToken } });
    return resendActivationCode;
  }

  // In a browser without the token, such as another device.
  async activateWithPassword(email, password, activationCode) {
    const { activate } = await this.#send(ACTIVATE, { input: { activationCode } }, basic(email, password));
    return this.#activated(activate);
  }

  #activated(activate) {
    const [error] = activate.userErrors;
    const isOver = ['ALREADY_ACTIVATED', 'VERIFICATION_NOT_FOUND'].includes(error?.code);
    if (activate.session || isOver) forgetRegistration(this.#store);
    this.#token = activate.session?.token ?? this.#token;
    return activate;
  }

  async signIn(email, password) {
    const { signIn } = await this.#send(SIGN_IN, { input: { email, password } });
    this.#token = signIn.session?.token ?? this.#token;
    return signIn;
  }

  async me() {
    const token = this.#token;
    try {
      const { me } = await this.#send(ME, {}, token && `Bearer ${token}`);
      return me;
    } catch (failure) {
      // The person may have signed in again since.
      if (failure.code === 'UNAUTHENTICATED' && this.#token === token) this.#token = undefined;
      throw failure;
    }
  }

  async signOut() {
    const token = this.#token;
    this.#token = undefined;
    if (token) await this.#send(SIGN_OUT, {}, `Bearer ${token}`);
  }
}
