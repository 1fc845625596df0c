// Requests to the server.

// How many emails the list shows. The search finds the others.
const LIST_LIMIT = 200;

async function request(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} returned ${response.status}`);
  return response;
}

export async function mails(query) {
  const path = query ? `/api/v1/search?query=${encodeURIComponent(query)}&` : "/api/v1/messages?";
  return (await request(`${path}limit=${LIST_LIMIT}`)).json();
}

export async function mail(id) {
  return (await request(`/api/v1/message/${id}`)).json();
}

export async function headers(id) {
  return (await request(`/api/v1/message/${id}/headers`)).json();
}

// The start of the raw email: ten megabytes are slow to show.
export async function raw(id, limit) {
  const reader = (await request(rawPath(id))).body.getReader();
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

export const rawPath = (id) => `/api/v1/message/${id}/raw`;
export const htmlPath = (id) => `/view/${id}.html`;
export const filePath = (id, part) => `/api/v1/message/${id}/part/${part}`;

// Deletes the emails with these ids, or all.
export async function remove(ids) {
  const body = ids ? JSON.stringify({ IDs: ids }) : undefined;
  await request("/api/v1/messages", { method: "DELETE", body });
}

// How long to wait before reconnecting after an error response.
const RECONNECT_DELAY = 3_000;

export function listen({ onMail, onChange, onLost }) {
  let events = null;
  const connect = () => {
    events?.close();
    // A browser opens at most six connections to a host, for all tabs: leave them to the visible ones.
    if (document.hidden) return;
    events = new EventSource("/api/v1/events");
    events.addEventListener("open", onChange);
    events.addEventListener("error", () => {
      onLost();
      // The browser reconnects by itself and gets the emails that it missed, but not after an error response.
      if (events.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_DELAY);
    });
    events.addEventListener("deleted", onChange);
    events.addEventListener("mail", (event) => {
      onMail(JSON.parse(event.data));
      onChange();
    });
  };
  document.addEventListener("visibilitychange", connect);
  connect();
}
