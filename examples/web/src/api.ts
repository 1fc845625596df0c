// The client of the API. It keeps the tokens: the session's in sessionStorage, what waits for a code in localStorage.
import { createAccountClient } from "account-client";

const url = document.querySelector<HTMLMetaElement>('meta[name="api-url"]')?.content ?? "";

export const client = createAccountClient({ url });
