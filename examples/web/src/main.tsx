import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { takeCodeFromLink } from "./link";
import { restore } from "./storage";
import "./style.css";

const start = restore(takeCodeFromLink(window), history.state);
// The link was opened in this tab, where it changes only the fragment.
addEventListener("hashchange", () => location.reload());

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App start={start} />
    </StrictMode>,
  );
}
