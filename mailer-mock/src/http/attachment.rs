use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::HttpError;
use super::messages::find;
use crate::mailbox::Mailbox;
use crate::mime;

/// The characters of a file name that are encoded in a header.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// Sends an attachment for download only, because the sender chooses its type. A picture keeps its type, so that the
/// page can show it.
pub(super) async fn download(
    State(mailbox): State<Mailbox>,
    Path((id, part)): Path<(String, String)>,
) -> Result<Response, HttpError> {
    let message = find(&mailbox, &id)?;
    let attachment = message.attachments.iter().find(|a| a.part.to_string() == part);
    let with_content =
        attachment.and_then(|attachment| Some((attachment, mime::attachment_content(&message.raw, attachment)?)));
    let (attachment, content) = with_content
        .ok_or_else(|| HttpError::not_found(format!("the message has no attachment with the PartID {part}")))?;
    let content_type = match attachment.content_type.as_str() {
        picture if mime::is_picture(picture) => picture,
        _ => "application/octet-stream",
    };
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, content_disposition(&attachment.file_name)),
    ];
    Ok((headers, content).into_response())
}

/// The file name is encoded (RFC 6266), so that it cannot end the header or name another folder.
fn content_disposition(name: &str) -> String {
    if name.is_empty() {
        return "attachment".to_owned();
    }
    let name = name.replace(|c: char| c.is_control() || matches!(c, '/' | '\\'), "_");
    format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(&name, ENCODED))
}

#[cfg(test)]
mod tests {
    use super::content_disposition;

    #[test]
    fn encodes_file_names() {
        for (name, header) in [
            ("", "attachment"),
            ("a-1.pdf", "attachment; filename*=UTF-8''a-1.pdf"),
            ("../a\\b\r\nX: 1", "attachment; filename*=UTF-8''.._a_b__X%3A%201"),
            ("\"\u{e9}", "attachment; filename*=UTF-8''%22%C3%A9"),
        ] {
            assert_eq!(content_disposition(name), header, "{name}");
        }
    }
}
