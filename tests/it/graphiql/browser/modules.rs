//! Single modules of the page.

use browser::{Look, in_browser};
use serde_json::{Value, json};
use tests::{Database, TestApp};

use super::Workbench;

/// Evaluates an expression with the exports of a module as `it`.
async fn evaluate(module: &str, expression: &'static str) -> Value {
    let app = TestApp::start(&Database::sqlite()).await;
    let (answer, answers) = tokio::sync::oneshot::channel();
    let script = format!("import('/graphiql/{module}.js').then((it) => {expression})");
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        let _ = answer.send(graphiql.ask(&script).await);
    })
    .await;
    answers.await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mailbox_search_uses_valid_envelope_address_only() {
    let addresses =
        "['Ada@Example.com', 'ada+1@B\u{fc}cher.example', 'ada', 'ada@', '@example.com', 'ada@example.com/x',
        'ada@example.com:80', 'ada@example.com?', 'ada@example.com#x', 'ada@example.com\\\\x', 'ada@eve@example.com/',
        'ada@exa mple.com', 'ada@%65xample.com'].map(it.onEnvelope)";
    let mut expected = vec![json!("ada@example.com"), json!("ada+1@xn--bcher-kva.example")];
    expected.resize(13, Value::Null);
    assert_eq!(evaluate("mailbox", addresses).await, json!(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_depend_on_fields_in_fragments() {
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
    assert_eq!(evaluate("credentials", kinds).await, json!(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_password_fits_in_basic() {
    let length = "it.basic({ email: 'a', password: 'x'.repeat(999_998) }).length";
    assert_eq!(evaluate("credentials", length).await, json!("Basic ".len() + 1_333_336));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_last_until_reload_without_local_storage() {
    let remembered = "{
        const blocked = { get() { throw new DOMException('blocked', 'SecurityError'); } };
        Object.defineProperty(window, 'localStorage', blocked);
        it.storage.setItem('graphiql:theme', 'dark');
        const before = it.storage.getItem('graphiql:theme');
        it.storage.removeItem('graphiql:theme');
        return [before, it.storage.getItem('graphiql:theme')];
    }";
    assert_eq!(evaluate("storage", remembered).await, json!(["dark", null]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variables_follow_the_account() {
    let changed = "[
        { input: { email: 'bob@example.com', password: '' } },
        { input: { activationCode: '4466', verificationToken: 'old' } },
        { input: { activationCode: '4466', verificationToken: 'token' } },
        { input: { verificationToken: null }, other: 1 },
        { input: { activationCode: '4466' } },
        { input: { email: 'bob@example.com' } },
        { input: { code: '1', newPassword: 'x', verificationToken: 'old' } },
        { input: { code: '1', newPassword: 'secret', verificationToken: 'reset' } },
        { input: { code: '1', verificationToken: '' } },
        { input: { currentPassword: '', newEmail: 'ada@example.com' } },
        { input: { currentPassword: '', newEmail: 'eve@example.com' } },
        { input: { id: '' } },
    ].map((variables) => JSON.parse(it.withAccount(JSON.stringify(variables), {
        email: 'ada@example.com', password: 'secret', newEmail: 'new@example.com', sessionId: 'id',
        tokens: { registration: 'token', passwordReset: 'reset', emailChange: 'change' },
    })))";
    let expected = json!([
        { "input": { "email": "ada@example.com", "password": "secret" } },
        { "input": { "activationCode": "", "verificationToken": "token" } },
        { "input": { "activationCode": "4466", "verificationToken": "token" } },
        { "input": { "verificationToken": "token" }, "other": 1 },
        { "input": { "activationCode": "4466" } },
        { "input": { "email": "ada@example.com" } },
        { "input": { "code": "", "newPassword": "x", "verificationToken": "reset" } },
        { "input": { "code": "1", "newPassword": "secret!", "verificationToken": "reset" } },
        { "input": { "code": "", "verificationToken": "change" } },
        { "input": { "currentPassword": "secret", "newEmail": "new@example.com" } },
        { "input": { "currentPassword": "secret", "newEmail": "eve@example.com" } },
        { "input": { "id": "id" } },
    ]);
    assert_eq!(evaluate("tabs", changed).await, expected);
    let unreadable = "['{', 'null', '[]', '7'].map((text) => it.withAccount(text, {}))";
    assert_eq!(evaluate("tabs", unreadable).await, json!(["{", "null", "[]", "7"]));
}
