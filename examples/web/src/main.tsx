import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { client } from "./api";
import { App } from "./App";
import { takeCodeFromLink } from "./link";
import { restore } from "./storage";
import "./style.css";

const start = restore(takeCodeFromLink(window));
// The link was opened in this tab, where it changes only the fragment.
addEventListener("hashchange", () => location.reload());

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Provider value={client}>
        <App start={start} />
      </Provider>
    </StrictMode>,
  );
}
