//! What single files of the page make of their input.

use browser::{Look, in_browser};
use serde_json::{Value, json};
use tests::{Database, TestApp};

use super::Workbench;

/// What a module makes of it: `expression` may use what the module exports, as `it`.
async fn asked(module: &str, expression: &'static str) -> Value {
    let app = TestApp::start(&Database::sqlite()).await;
    let (answer, answers) = tokio::sync::oneshot::channel();
    let asked = format!("import('/graphiql/{module}.js').then((it) => {expression})");
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let _ = answer.send(graphiql.ask(&asked).await);
    })
    .await;
    answers.await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_looked_for_as_it_stands_on_the_envelope_or_not_at_all() {
    let addresses =
        "['Ada@Example.com', 'ada+1@B\u{fc}cher.example', 'ada', 'ada@', '@example.com', 'ada@example.com/x',
        'ada@example.com:80', 'ada@example.com?', 'ada@example.com#x', 'ada@example.com\\\\x', 'ada@eve@example.com/',
        'ada@exa mple.com', 'ada@%65xample.com'].map(it.onEnvelope)";
    let mut expected = vec![json!("ada@example.com"), json!("ada+1@xn--bcher-kva.example")];
    expected.resize(13, Value::Null);
    assert_eq!(asked("mailbox", addresses).await, json!(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_in_fragments_count_too() {
    let kinds = "[
        ['query { ... on Query { me { id } } }'],
        ['query { ... { ... @skip(if: false) { me { id } } } }'],
        ['query { ...F } fragment F on Query { me { id } }'],
        ['mutation { ...F } fragment F on Mutation { ...G } fragment G on Mutation { ...F activate { id } }'],
        ['query { ...Nothing }'],
        ['fragment F on Query { me { id } } query A { schema } query B { ...F }', 'A'],
        ['fragment F on Query { me { id } } query A { schema } query B { ...F }', 'B'],
    ].map(([query, operationName]) => it.credentialFor({ query, operationName, headers: {} }, {
        choice: 'automatic', account: { email: '', password: '' }, session: { token: '', email: '' },
    }).kind)";
    let expected = ["session", "session", "session", "basic", "none", "none", "session"];
    assert_eq!(asked("credentials", kinds).await, json!(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_password_goes_through_basic() {
    let length = "it.basic({ email: 'a', password: 'x'.repeat(999_998) }).length";
    assert_eq!(asked("credentials", length).await, json!("Basic ".len() + 1_333_336));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_keeps_nothing_forgets_the_looks_with_the_page() {
    let remembered = "{
        const blocked = { get() { throw new DOMException('blocked', 'SecurityError'); } };
        Object.defineProperty(window, 'localStorage', blocked);
        it.storage.setItem('graphiql:theme', 'dark');
        const before = it.storage.getItem('graphiql:theme');
        it.storage.removeItem('graphiql:theme');
        return [before, it.storage.getItem('graphiql:theme')];
    }";
    assert_eq!(asked("storage", remembered).await, json!(["dark", null]));
}
