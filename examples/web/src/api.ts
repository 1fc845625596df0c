// The client of the API. It keeps the tokens: the session and its change of the email in sessionStorage, registrations and
// resets in localStorage.
import { createAccountClient } from "account-client";

const url = document.querySelector<HTMLMetaElement>('meta[name="api-url"]')?.content ?? "";

export const client = createAccountClient({ url });
