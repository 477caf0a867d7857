//! Request bodies: JSON, and certificates.

use crate::ApiError;
use crate::api::Api;
use crate::check::Check;
use crate::error::Kind;
use crate::extract::strict::{self, MAX_VALUES, Mismatch, Unread};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The largest body, in bytes: a rule or a user has a few hundred, a list of rules a few thousand.
const MAX_BODY: usize = 1024 * 1024;
/// The largest state, in bytes: some hundred for each user.
const MAX_STATE: usize = 16 * 1024 * 1024;
/// How much of a body that is too large is still read, in bytes.
const MAX_DROPPED: usize = 64 * 1024 * 1024;
/// The longest message: an unknown field is repeated in it.
const MAX_MESSAGE: usize = 512;
/// Under this path more is read.
const STATE: &str = "/v1/state";

/// A JSON body within its bounds; as an answer, JSON.
pub(crate) struct Json<T>(pub(crate) T);

/// A certificate, DER, however it was sent.
pub(crate) struct Der(pub(crate) Vec<u8>);

impl<T: Check + DeserializeOwned + Send + 'static> FromRequest<Arc<Api>> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, ApiError> {
        let most = if request.uri().path() == STATE { MAX_STATE } else { MAX_BODY };
        let expected = "the body must be application/json";
        let media_type = media_type(request.headers()).unwrap_or_default();
        if media_type != "application/json" {
            return Err(ApiError::new(Kind::UnsupportedMediaType, expected).field("Content-Type"));
        }
        let body = read(request.into_body(), most).await?;
        let value: T = match body.len() > MAX_BODY {
            true => parse_large(api, body).await?,
            false => parse(&body)?,
        };
        value.check_bounds()?;
        Ok(Self(value))
    }
}

/// Parses a body for which others should not wait, and not more than one at a time.
async fn parse_large<T: DeserializeOwned + Send + 'static>(api: &Api, body: Bytes) -> Result<T, ApiError> {
    let unread = |_| ApiError::unavailable("the body was not read to its end");
    let _turn = api.large_bodies.acquire().await.map_err(|_| ApiError::unavailable("the pool is ending"))?;
    tokio::task::spawn_blocking(move || parse(&body)).await.map_err(unread)?
}

impl FromRequest<Arc<Api>> for Der {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &Arc<Api>) -> Result<Self, ApiError> {
        let media_type = media_type(request.headers()).unwrap_or_default();
        let body = match media_type.as_str() {
            "application/pkix-cert" | "application/x-pem-file" | "application/octet-stream" => {
                read(request.into_body(), MAX_BODY).await?
            }
            _ => {
                let what = "the body must be application/pkix-cert, application/x-pem-file or \
                            application/octet-stream";
                return Err(ApiError::new(Kind::UnsupportedMediaType, what).field("Content-Type"));
            }
        };
        if !body.trim_ascii_start().starts_with(b"-----") {
            return Ok(Self(body.into()));
        }
        match pem::parse(&body) {
            Ok(pem) if pem.tag() == "CERTIFICATE" => Ok(Self(pem.into_contents())),
            Ok(_) => Err(ApiError::invalid("the PEM holds no CERTIFICATE")),
            Err(_) => Err(ApiError::invalid("the body begins like PEM and is none")),
        }
    }
}

/// The content type without its parameters, in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Reads the whole body. One that is too large is read to its end and thrown away, so that the refusal is not lost with
/// a connection that closes under the sender; but not without end.
async fn read(mut body: Body, most: usize) -> Result<Bytes, ApiError> {
    let mut kept = Vec::new();
    let mut dropped = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::new(Kind::Malformed, "the body broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if dropped == 0 && kept.len() + data.len() <= most {
            kept.extend_from_slice(&data);
            continue;
        }
        dropped = dropped.saturating_add(data.len());
        if dropped > MAX_DROPPED {
            break;
        }
    }
    if dropped > 0 {
        return Err(ApiError::new(Kind::TooLarge, format!("the body has more than {most} bytes")));
    }
    Ok(kept.into())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    strict::read(body).map_err(|unread| match unread {
        Unread::NoJson(error) => ApiError::new(Kind::Malformed, format!("the body is no JSON: {error}")),
        Unread::TooManyValues => {
            ApiError::new(Kind::TooLarge, format!("the body has more than {MAX_VALUES} values"))
        }
        Unread::Mismatch(Mismatch { path, message }) => {
            let refused = ApiError::invalid(without_value(&message));
            if path == "." { refused } else { refused.field(lync_net::excerpt(&path)) }
        }
    })
}

/// serde's words without the value that they repeat: it may be a PIN.
fn without_value(message: &str) -> String {
    let repeats = message.starts_with("invalid type: ") || message.starts_with("invalid value: ");
    match message.rfind(", expected ").and_then(|at| message.split_at_checked(at)) {
        Some((found, expected)) if repeats => {
            let end = found.find(['`', '"']).unwrap_or(found.len());
            let kind = found.get(..end).unwrap_or_default().trim_end();
            format!("{kind}{expected}")
        }
        _ => message.chars().take(MAX_MESSAGE).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::{NewUser, PinUpdate, RuleSpec};

    fn refused<T: DeserializeOwned>(text: &str) -> (Kind, Option<String>, String) {
        let Err(error) = parse::<T>(text.as_bytes()) else { panic!("it was read") };
        (error.kind, error.field, error.message)
    }

    #[test]
    fn what_is_no_json_and_what_is_other_json_are_told_apart() {
        assert_eq!(refused::<PinUpdate>("").0, Kind::Malformed);
        assert_eq!(refused::<PinUpdate>("{").0, Kind::Malformed);
        assert_eq!(refused::<PinUpdate>("\u{feff}{}").0, Kind::Malformed);
        assert_eq!(refused::<PinUpdate>(r#"{"pin":"71290"} x"#).0, Kind::Malformed);
        let (kind, field, _) = refused::<PinUpdate>(r#"{"pin":"71290","histry":true}"#);
        assert_eq!((kind, field.as_deref()), (Kind::Invalid, Some("histry")));
        let (kind, field, _) = refused::<NewUser>(r#"{"sip_address":1}"#);
        assert_eq!((kind, field.as_deref()), (Kind::Invalid, Some("sip_address")));
    }

    #[test]
    fn a_refusal_repeats_no_value() {
        for text in [r#"{"pin":71290}"#, r#""71290""#, "71290", r#"{"pin":"1","history":"71290, expected "}"#]
        {
            let (_, _, message) = refused::<PinUpdate>(text);
            assert!(!message.contains("71290"), "{message}");
        }
        let (_, _, message) = refused::<PinUpdate>("71290");
        assert_eq!(message, "invalid type: integer, expected struct PinUpdate");
    }

    #[test]
    fn deep_json_is_refused_and_does_not_overflow() {
        let deep =
            format!(r#"{{"where":"http","what":{}1{}}}"#, r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
        assert_eq!(refused::<RuleSpec>(&deep).0, Kind::Malformed);
    }
}
