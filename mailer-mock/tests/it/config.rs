use mailer_mock::{Credentials, ParseCredentialsError};

#[test]
fn credentials_are_split_at_the_first_colon() {
    for (text, expected) in [
        ("ada:secret", Ok(("ada", "secret"))),
        ("ada:a:b", Ok(("ada", "a:b"))),
        ("ada:", Ok(("ada", ""))),
        (":secret", Err(ParseCredentialsError)),
        ("ada", Err(ParseCredentialsError)),
        ("", Err(ParseCredentialsError)),
    ] {
        let expected = expected.map(|(user, password): (&str, &str)| Credentials {
            user: user.to_owned(),
            password: password.to_owned(),
        });
        assert_eq!(text.parse(), expected, "{text}");
    }
}

#[test]
fn debug_hides_credentials() -> Result<(), ParseCredentialsError> {
    let debug = format!("{:?}", "ada:secret".parse::<Credentials>()?);
    assert_eq!(debug, "Credentials { .. }");
    Ok(())
}
