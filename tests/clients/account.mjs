import { basic } from './basic.mjs';
import { ACTIVATE, ME, REGISTER, RESEND, SIGN_IN, SIGN_OUT } from './documents.mjs';

// Somebody on their way to an account and in it. `send(document, variables, authorization)` is a GraphQL client's.
//
// Password and token live here and nowhere else: a reload forgets both.
export class Account {
  #send;
  #credentials;
  #token;

  constructor(send) {
    this.#send = send;
  }

  async register(email, password) {
    const { register } = await this.#send(REGISTER, { input: { email, password } });
    if (register.userErrors.length === 0) this.#credentials = basic(email, password);
    return register;
  }

  async activate(typed) {
    // A code that was pasted out of a mail may bring spaces along.
    const activationCode = typed.replace(/\s/g, '');
    const { activate } = await this.#send(ACTIVATE, { input: { activationCode } }, this.#credentials);
    if (activate.session) this.#signedIn(activate.session);
    return activate;
  }

  async resend() {
    const { resendActivationCode } = await this.#send(RESEND, {}, this.#credentials);
    return resendActivationCode;
  }

  async signIn(email, password) {
    const { signIn } = await this.#send(SIGN_IN, { input: { email, password } });
    if (signIn.session) this.#signedIn(signIn.session);
    // The code form comes next, and it needs them.
    if (signIn.userErrors.some(({ code }) => code === 'NOT_ACTIVATED')) this.#credentials = basic(email, password);
    return signIn;
  }

  async me() {
    const token = this.#token;
    try {
      const { me } = await this.#send(ME, {}, token && `Bearer ${token}`);
      return me;
    } catch (failure) {
      // Somebody may have signed in since.
      if (failure.code === 'UNAUTHENTICATED' && this.#token === token) this.#token = undefined;
      throw failure;
    }
  }

  async signOut() {
    const token = this.#token;
    this.#token = undefined;
    if (token) await this.#send(SIGN_OUT, {}, `Bearer ${token}`);
  }

  #signedIn({ token }) {
    this.#token = token;
    this.#credentials = undefined;
  }
}
