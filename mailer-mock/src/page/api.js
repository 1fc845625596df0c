// What this page asks of the server.

// More rows help nobody; the search finds the rest.
const ROWS = 200;

async function ask(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer;
}

export async function mails(query) {
  const path = query ? `/api/v1/search?query=${encodeURIComponent(query)}&` : "/api/v1/messages?";
  return (await ask(`${path}limit=${ROWS}`)).json();
}

export async function mail(id) {
  return (await ask(`/api/v1/message/${id}`)).json();
}

export async function headers(id) {
  return (await ask(`/api/v1/message/${id}/headers`)).json();
}

// The beginning of the raw mail: nobody reads ten megabytes, and no browser shows them quickly.
export async function raw(id, limit) {
  const reader = (await ask(rawPath(id))).body.getReader();
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

// Without ids, everything.
export async function remove(ids) {
  const body = ids ? JSON.stringify({ IDs: ids }) : undefined;
  await ask("/api/v1/messages", { method: "DELETE", body });
}

// Until a connection that the browser has given up is tried again.
const PAUSE = 3_000;

export function listen({ onMail, onChange, onLost }) {
  let events = null;
  const connect = () => {
    events?.close();
    // A browser has six connections to a host, for all of its pages: they are for those that are looked at.
    if (document.hidden) return;
    events = new EventSource("/api/v1/events");
    events.addEventListener("open", onChange);
    events.addEventListener("error", () => {
      onLost();
      // The browser connects again by itself and then gets what came meanwhile, but not after an answer that is none.
      if (events.readyState === EventSource.CLOSED) setTimeout(connect, PAUSE);
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
