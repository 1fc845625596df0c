//! Templates in a folder replace the built-in ones. A wrong one ends the start.

use std::fs;
use std::path::Path;

use api::locale::Locale;
use api::mail::{Product, Templates};
use tempfile::TempDir;
use tests::{Database, Installation, PASSWORD, Process, TestApp, on_both_databases};

use crate::seconds;

const SUBJECT: &str = "{% extends layout %}{% block subject %}{{ code }} opens the door{% endblock %}";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, source) in files {
        fs::write(folder.path().join(name), source).expect("a file");
    }
    folder
}

fn load(folder: &Path) -> Result<Templates, String> {
    Templates::load(Some(folder), Product::default(), Locale::default()).map_err(|error| error.to_string())
}

fn error_of(files: &[(&str, &str)]) -> String {
    load(folder(files).path()).err().expect("an error")
}

#[on_both_databases]
async fn files_in_the_folder_replace_the_built_in_ones(database: Database) {
    let files = folder(&[
        ("activation_code.en.jinja", SUBJECT),
        (
            "layout.txt",
            "\u{feff}{% if code is defined %}Code: {{ code }}{% endif %}{% block body %}{% endblock %}",
        ),
        (".DS_Store", "not a template"),
    ]);
    // What Kubernetes makes of a volume.
    fs::create_dir(files.path().join("..data")).expect("a folder");
    let path = files.path().to_owned();
    let app = TestApp::with(&database, |app| app.mail_templates = Some(path)).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    let code = &mail.codes[0];
    assert_eq!(mail.subject, format!("{code} opens the door"));
    assert_eq!(mail.text.trim(), format!("Code: {code}"));
    assert!(mail.html.contains("role=\"presentation\""), "{}", mail.html);

    // The files were read at start.
    fs::write(files.path().join("activation_code.en.jinja"), "{{").expect("a file");
    app.clock.advance(seconds(30));
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    assert_eq!(mail.subject, format!("{} opens the door", mail.codes[0]));
}

#[on_both_databases]
async fn line_break_in_a_subject_adds_no_header(database: Database) {
    let subject = "{% extends layout %}{% block subject %}\n{{ code }}\r\nBcc: eve@example.com\u{2028}\u{0} {% endblock %}\
        {% block heading %}Your code{% endblock %}";
    let files = folder(&[("activation_code.en.jinja", subject)]);
    let path = files.path().to_owned();
    let app = TestApp::with(&database, |app| app.mail_templates = Some(path)).await;
    app.register("ada@example.com", PASSWORD).await.succeeds();
    let mail = app.next_mail("ada@example.com").await;
    assert_eq!(mail.subject, format!("{} Bcc: eve@example.com", mail.codes[0]));
    let raw = String::from_utf8_lossy(&mail.raw);
    let head = raw.split("\r\n\r\n").next().unwrap_or_default();
    assert!(!head.contains("\nBcc:") && mail.to.len() == 1, "{raw}");
}

#[test]
fn wrong_template_is_named_with_its_line() {
    let code = "activation_code.de.jinja";
    for (source, error) in [
        (
            "{% extends layout %}\n{% block subject %}{{ cod }}{% endblock %}",
            "activation_code.de.jinja:2: there is no variable cod here",
        ),
        // No sample leads here.
        (
            "{% extends layout %}\n{% block subject %}{{ code }}\n{% if locale == 'nl' %}{{ product.nam }}{% endif %}{% endblock %}",
            "activation_code.de.jinja:3: there is no variable product.nam here",
        ),
        (
            "{% extends layout %}\n\n{% block subject %}{{ code {% endblock %}",
            "activation_code.de.jinja:3: unexpected ",
        ),
        (
            "{% extends layout %}\n{% block subject %}{{ code|loud }}{% endblock %}",
            "activation_code.de.jinja:2: filter loud is unknown",
        ),
        (
            "{% extends layout %}\n{% block subject %}{{ code - 'x' }}{% endblock %}",
            "activation_code.de.jinja:2: ",
        ),
        (
            "{% extends 'frame.html' %}",
            "activation_code.de.jinja:1: template \"frame.html\" does not exist",
        ),
        (
            "{% extends layout %}\n{% block body %}Hello{% endblock %}",
            "activation_code.de.jinja: block 'subject' not found",
        ),
        (
            "{% extends layout %}{% block subject %} {% endblock %}",
            "activation_code.de.jinja: the block subject is empty",
        ),
        (
            "{% block subject %}Hello{% endblock %}",
            "activation_code.de.jinja: the text does not contain the code: use {{ code }} in this file or in layout.txt",
        ),
    ] {
        let found = error_of(&[(code, source)]);
        assert!(
            found.starts_with(&format!("MAIL_TEMPLATES: {error}")),
            "{source}: {found}"
        );
        assert_eq!(found.lines().count(), 1, "{found}");
    }
}

#[test]
fn email_cannot_lack_its_code() {
    let without = "{% block body %}{{ self.subject() }}{% endblock %}";
    let found = error_of(&[("layout.html", without)]);
    let expected = "MAIL_TEMPLATES: activation_code.en.jinja: the HTML does not contain the code: use {{ code }} in this \
                    file or in layout.html";
    assert_eq!(found, expected);
    // A notice has none.
    let found = error_of(&[("password_changed.es.jinja", SUBJECT)]);
    assert_eq!(
        found,
        "MAIL_TEMPLATES: password_changed.es.jinja:1: there is no variable code here"
    );
}

#[test]
fn unknown_file_is_refused_with_the_names() {
    for name in [
        "activation_code.jinja",
        "activation_code.nl.jinja",
        "activation_cod.en.jinja",
        "layout.htm",
        "README",
    ] {
        let expected = format!(
            "MAIL_TEMPLATES: {name}: not the name of a template; expected layout.html, layout.txt, or KIND.LANGUAGE.jinja \
             with a KIND of activation_code, account_exists, password_reset_code, password_reset_ended, no_account, \
             email_change_code, email_taken, password_changed, email_change_requested, email_changed, account_deleted and \
             a LANGUAGE of en, de, fr, es"
        );
        assert_eq!(error_of(&[(name, "")]), expected);
    }
}

#[test]
fn unreadable_file_is_refused() {
    let files = folder(&[]);
    fs::write(files.path().join("layout.txt"), [0xff, 0xfe]).expect("a file");
    let found = load(files.path()).err().expect("an error");
    assert!(
        found.starts_with("MAIL_TEMPLATES: layout.txt: cannot read it: "),
        "{found}"
    );
    let missing = files.path().join("missing");
    let found = load(&missing).err().expect("an error");
    let expected = format!("MAIL_TEMPLATES: cannot read the folder {}: ", missing.display());
    assert!(found.starts_with(&expected), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_template_ends_the_start() {
    let files = folder(&[("layout.html", "{{ code }}\n{{ cod }}")]);
    let database = Database::sqlite();
    let installation = Installation::on(database.url())
        .await
        .with("MAIL_TEMPLATES", &files.path().display().to_string());
    let (status, lines) = installation.process().end().await;
    assert_eq!(status, Some(1), "{lines:#?}");
    assert_eq!(
        lines.last().map(String::as_str),
        Some("error: MAIL_TEMPLATES: layout.html:2: there is no variable cod here")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn preview_prints_an_email() {
    let files = folder(&[("activation_code.en.jinja", SUBJECT)]);
    let templates = files.path().display().to_string();
    let environment = [
        // Needs no database and no mail server.
        ("APP_ENV", "production"),
        ("MAIL_TEMPLATES", &*templates),
        ("APP_NAME", "Tansy"),
        ("ACTIVATION_URL", "https://app.example.com/activate"),
    ];
    let working_folder = TempDir::new().expect("a folder");
    for (arguments, first, last) in [
        (&["activation_code"][..], "Subject: 4466 opens the door", "Tansy"),
        (
            &["activation_code", "--locale", "de-AT", "--text"],
            "Subject: 4466 ist Ihr Aktivierungscode für Tansy",
            "Tansy",
        ),
        (&["password_changed", "--html"], "<!doctype html>", "</html>"),
    ] {
        let arguments = [&["mail", "preview"], arguments].concat();
        let preview = Process::api(working_folder.path(), &arguments, &environment);
        let (status, lines) = preview.end().await;
        assert_eq!(status, Some(0), "{lines:#?}");
        assert_eq!(lines.first().map(String::as_str), Some(first), "{lines:#?}");
        assert_eq!(lines.last().map(String::as_str), Some(last), "{lines:#?}");
    }
}
