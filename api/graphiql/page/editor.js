// GraphiQL, and what the page does in it.

import { storage } from "./storage.js";

// The state of GraphiQL's editors, as it was drawn last.
let editors = null;

function Editors() {
  editors = GraphiQL.React.useEditorContext({ nonNull: true });
  return null;
}

export function draw(place, { fetcher, tabs, onChange }) {
  const noLogo = React.createElement(GraphiQL.Logo, null, React.createElement(React.Fragment));
  const page = React.createElement(
    GraphiQL,
    {
      fetcher,
      storage,
      defaultTabs: tabs,
      // GraphiQL shows no variables of the first of them by itself.
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
  onChange({ ...tabs[0], operationName: null });
}

// GraphiQL looks at its editors a moment after they have changed; until then it would forget this with the next tab.
function setVariables(variables) {
  editors.variableEditor.setValue(variables);
  ReactDOM.flushSync(() => editors.updateActiveTabValues({ variables }));
}

// Changes the variables of every tab.
export function changeVariables(change) {
  if (!editors?.variableEditor) return;
  // Of the other tabs GraphiQL shows the title alone, and reads the rest when one is opened. To hand it a new list would
  // write what it knows of the open tab over what is just being typed there.
  for (const [place, tab] of editors.tabs.entries()) {
    if (place !== editors.activeTabIndex && tab.variables) tab.variables = change(tab.variables);
  }
  const before = editors.variableEditor.getValue();
  const after = change(before);
  if (after !== before) setVariables(after);
}

// Opens the tab that asks for a field, or a new one, with these variables.
export function open(field, query, variables) {
  const place = editors.tabs.findIndex((tab) => tab.query?.includes(`${field}(`));
  if (place < 0) {
    ReactDOM.flushSync(() => editors.addTab());
    editors.queryEditor.setValue(query);
  } else if (place !== editors.activeTabIndex) {
    ReactDOM.flushSync(() => editors.changeTab(place));
  }
  setVariables(variables);
}
