// Requests to the server. Every path is relative to the page, because a proxy may serve it below a path of its own.

import * as clock from "./clock.js";

const root = new URL("../", import.meta.url);
const path = (relative) => new URL(relative, root).href;

async function request(relative, options) {
  const response = await fetch(path(relative), options).catch(() => {
    throw new Error("the mailbox does not answer");
  });
  clock.set(response);
  if (response.ok) return response;
  const reason = await response.json().catch(() => ({}));
  throw Object.assign(new Error(reason.Error ?? `HTTP ${response.status}`), { status: response.status });
}

const message = (id) => `api/v1/message/${encodeURIComponent(id)}`;
const found = (query) => `api/v1/search?query=${encodeURIComponent(query)}`;

export async function mails(query, limit) {
  return (await request(query ? `${found(query)}&limit=${limit}` : `api/v1/messages?limit=${limit}`)).json();
}

export async function mail(id) {
  return (await request(message(id))).json();
}

export const exists = (id) =>
  request(message(id), { method: "HEAD" }).then(
    () => true,
    ({ status }) => status !== 404,
  );

export async function headers(id) {
  return (await request(`${message(id)}/headers?decoded=true`)).json();
}

// The start of the raw email: ten megabytes are slow to show.
export async function raw(id, limit) {
  const reader = (await request(`${message(id)}/raw`)).body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < limit) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

export const rawPath = (id) => path(`${message(id)}/raw`);
export const htmlPath = (id) => path(`view/${encodeURIComponent(id)}.html`);
export const filePath = (id, part) => path(`${message(id)}/part/${part}`);

export const remove = (id) => request("api/v1/messages", { method: "DELETE", body: JSON.stringify({ IDs: [id] }) });
export const removeAll = () => request("api/v1/messages", { method: "DELETE" });
export const removeFound = (query) => request(found(query), { method: "DELETE" });

export function mark(id, read) {
  return request("api/v1/messages", { method: "PUT", body: JSON.stringify({ IDs: [id], Read: read }) });
}

// How long to wait before reconnecting after an error response.
const RECONNECT_DELAY = 3_000;

export function listen({ onMail, onDeleted, onChange, onLost }) {
  let events = null;
  const connect = () => {
    events?.close();
    // A browser opens at most six connections to a host, for all tabs: leave them to the visible ones.
    if (document.hidden) return;
    events = new EventSource(path("api/v1/events"));
    // While there was no connection, emails may have been deleted.
    events.addEventListener("open", onDeleted);
    events.addEventListener("error", () => {
      onLost();
      // The browser reconnects by itself and gets the emails that it missed, but not after an error response.
      if (events.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_DELAY);
    });
    events.addEventListener("deleted", onDeleted);
    events.addEventListener("marked", onChange);
    events.addEventListener("mail", (event) => {
      onMail(JSON.parse(event.data));
      onChange();
    });
  };
  document.addEventListener("visibilitychange", connect);
  connect();
}
