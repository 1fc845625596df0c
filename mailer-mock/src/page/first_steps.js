// What an empty mailbox shows. A server on all interfaces is reached under the name in the URL of the page.

import { byId } from "./elements.js";

if (byId("empty").hasAttribute("data-all-interfaces")) {
  for (const part of byId("empty").querySelectorAll("code, pre")) {
    part.textContent = part.textContent.replaceAll("localhost", location.hostname);
  }
}
