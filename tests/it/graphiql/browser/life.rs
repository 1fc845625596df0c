//! The tabs after the sign-in: sessions, password, email and the end of the account.

use browser::{Look, in_browser};
use serde_json::json;
use tests::{Database, TestApp};

use super::Workbench;

/// Waits for a code of eight digits, which only these steps have. The code of the step before may still be there.
async fn has_long_code(graphiql: &Workbench, tab: &str) {
    graphiql
        .eventually(
            &format!("there is a code for {tab}"),
            &format!(
                "text('#code').length === 8 && one('#use').dataset.state === 'usable' \
                 && one('#use').title === `Insert the code into {tab}'s variables`"
            ),
        )
        .await;
}

async fn accepts(graphiql: &Workbench, tab: &str) -> serde_json::Value {
    let answer = graphiql.run_tab(tab).await;
    assert_eq!(answer["userErrors"], json!([]), "{tab}: {answer}");
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_are_listed_and_ended() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        graphiql.activate().await;
        accepts(&graphiql, "SignIn").await;
        let listed = graphiql.run_tab("Sessions").await["sessions"]["nodes"].clone();
        let nodes = listed.as_array().expect("a list");
        assert_eq!(nodes.len(), 2, "{listed}");
        let other = nodes
            .iter()
            .find(|node| node["isCurrent"] == false)
            .expect("another session");

        graphiql.choose("Revoke").await;
        assert_eq!(graphiql.ask("variables().input.id").await, other["id"]);
        accepts(&graphiql, "Revoke").await;
        let listed = graphiql.run_tab("Sessions").await["sessions"]["nodes"].clone();
        assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
        let refused = graphiql.run_tab("Revoke").await;
        assert_eq!(refused["userErrors"][0]["code"], "SESSION_NOT_FOUND", "{refused}");

        accepts(&graphiql, "SignIn").await;
        assert_eq!(accepts(&graphiql, "RevokeOthers").await["revokedCount"], 1);
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_change_password_and_email_and_delete_the_account() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        graphiql.activate().await;
        let email = graphiql.ask("email").await;

        // The new password becomes that of the account, and the new session replaces the old one.
        let password = graphiql.ask("one('#password').value").await;
        accepts(&graphiql, "ChangePassword").await;
        let changed = format!("one('#password').value === `{}!`", password.as_str().expect("text"));
        graphiql.eventually("the field has the new password", &changed).await;
        let next =
            "Object.values(variables().input).join() === [one('#password').value, `${one('#password').value}!`].join()";
        graphiql.eventually("another change is prepared", next).await;
        assert_eq!(graphiql.run_tab("Me").await["email"], email);

        // The code arrives at the new address.
        graphiql.choose("ChangeEmail").await;
        let new = graphiql.ask("variables().input.newEmail").await;
        accepts(&graphiql, "ChangeEmail").await;
        has_long_code(&graphiql, "ConfirmEmail").await;
        let confirmed = graphiql.use_code("ConfirmEmail", "code").await;
        assert_eq!(
            confirmed["data"]["confirmEmailChange"]["user"]["email"], new,
            "{confirmed}"
        );
        graphiql
            .eventually("the field has the new address", &format!("email === {new}"))
            .await;
        graphiql.choose("Me").await;
        graphiql.has_session_of("Me", new.as_str().expect("text")).await;

        accepts(&graphiql, "Forgot").await;
        has_long_code(&graphiql, "Reset").await;
        let reset = graphiql.use_code("Reset", "code").await;
        assert_eq!(reset["data"]["resetPassword"]["user"]["email"], new, "{reset}");
        assert_eq!(graphiql.ask("one('#use').dataset.state").await, "used");
        graphiql.choose("Delete").await;
        graphiql.says("Delete needs a session: run Activate or SignIn").await;

        accepts(&graphiql, "SignIn").await;
        accepts(&graphiql, "Delete").await;
        graphiql.says("Delete needs a session: run Activate or SignIn").await;
        let gone = graphiql.run_tab("SignIn").await;
        assert_eq!(gone["userErrors"][0]["code"], "INVALID_CREDENTIALS", "{gone}");
        graphiql.is_clean().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typed_new_password_is_kept_beside_the_code() {
    let app = TestApp::start(&Database::sqlite()).await;
    in_browser(Look::Desktop, async move |client| {
        let graphiql = Workbench::open(client, &app).await;
        graphiql.register().await;
        graphiql.activate().await;
        accepts(&graphiql, "Forgot").await;
        has_long_code(&graphiql, "Reset").await;
        graphiql.choose("Reset").await;
        let mut variables = graphiql.ask("variables()").await;
        assert_eq!(variables["input"]["code"], "", "{variables}");
        variables["input"]["newPassword"] = json!("tuba over harp and drum");
        graphiql.type_into("Variables", &variables.to_string()).await;
        let reset = graphiql.use_code("Reset", "code").await;
        assert_eq!(reset["data"]["resetPassword"]["userErrors"], json!([]), "{reset}");
        graphiql
            .eventually(
                "it is the password",
                "one('#password').value === 'tuba over harp and drum'",
            )
            .await;
        graphiql.is_clean().await;
    })
    .await;
}
