// GraphiQL, and what the page changes in it.

import { storage } from "./storage.js";

// The state of GraphiQL's editors and of its requests, at the last render.
let editors = null;
let execution = null;

function Editors() {
  editors = GraphiQL.React.useEditorContext({ nonNull: true });
  execution = GraphiQL.React.useExecutionContext({ nonNull: true });
  const { isFetching } = execution;
  const wasFetching = React.useRef(isFetching);
  React.useEffect(() => {
    // On a phone the answer is below the editors.
    if (wasFetching.current && !isFetching) element("response").scrollIntoView({ block: "nearest" });
    wasFetching.current = isFetching;
  }, [isFetching]);
  const { queryEditor, variableEditor, headerEditor, responseEditor } = editors;
  const all = [queryEditor, variableEditor, headerEditor, responseEditor];
  React.useEffect(() => all.forEach((each) => each && leaveWithTab(each)), all);
  return null;
}

// Tab leads to the next control, so that the keyboard alone can leave an editor.
function leaveWithTab(codeMirror) {
  codeMirror.setOption("extraKeys", { ...codeMirror.getOption("extraKeys"), Tab: false, "Shift-Tab": false });
}

const element = (part) => document.querySelector(`.graphiql-${part}`);

// Ctrl-Enter and ⌘-Enter run the operation from everywhere, not only from the editors.
function runOnShortcut(event) {
  const isShortcut = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (!isShortcut || event.defaultPrevented || element("dialog")) return;
  event.preventDefault();
  if (!execution.isFetching) execution.run();
}

// The next step: Enter runs the operation.
export const focusRun = () => element("execute-button").focus();

export function draw(place, { fetcher, tabs, onChange }) {
  const noLogo = React.createElement(GraphiQL.Logo, null, React.createElement(React.Fragment));
  const page = React.createElement(
    GraphiQL,
    {
      fetcher,
      storage,
      defaultTabs: tabs,
      // Without these, GraphiQL does not show the variables of the first tab.
      query: tabs[0].query,
      variables: tabs[0].variables,
      defaultEditorToolsVisibility: "variables",
      shouldPersistHeaders: false,
      onTabChange: ({ tabs, activeTabIndex }) => onChange(tabs[activeTabIndex]),
    },
    noLogo,
    React.createElement(Editors),
  );
  ReactDOM.createRoot(place).render(page);
  addEventListener("keydown", runOnShortcut);
  onChange({ ...tabs[0], operationName: null });
}

// GraphiQL reads its editors a moment after they change. Until then, opening another tab would lose this.
function setVariables(variables) {
  editors.variableEditor.setValue(variables);
  ReactDOM.flushSync(() => editors.updateActiveTabValues({ variables }));
}

// Changes the variables of every tab.
export function changeVariables(change) {
  if (!editors?.variableEditor) return;
  // GraphiQL shows only the titles of the other tabs, and reads the rest when one is opened. A new list of tabs would
  // overwrite what is being typed in the open one.
  for (const [place, tab] of editors.tabs.entries()) {
    if (place !== editors.activeTabIndex && tab.variables) tab.variables = change(tab.variables);
  }
  const before = editors.variableEditor.getValue();
  const after = change(before);
  if (after !== before) setVariables(after);
}

// Opens the tab with a field, or a new tab, with the variables that `fill` makes of those there.
export function open(field, query, fill) {
  const place = editors.tabs.findIndex((tab) => tab.query?.includes(`${field}(`));
  if (place < 0) {
    ReactDOM.flushSync(() => editors.addTab());
    editors.queryEditor.setValue(query);
  } else if (place !== editors.activeTabIndex) {
    ReactDOM.flushSync(() => editors.changeTab(place));
  }
  setVariables(fill(editors.variableEditor.getValue()));
}
