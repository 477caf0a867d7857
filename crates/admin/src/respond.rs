//! Writing an answer.

use crate::ApiError;
use crate::extract::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// `text/plain`.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";
/// JSON.
pub(crate) const JSON: &str = "application/json";
/// A certificate, DER.
pub(crate) const DER: &str = "application/pkix-cert";
/// A certificate, PEM.
pub(crate) const PEM: &str = "application/x-pem-file";
/// XML.
pub(crate) const XML: &str = "application/xml";
/// JSON Lines.
pub(crate) const JSON_LINES: &str = "application/jsonl";
/// A capture file.
pub(crate) const PCAPNG: &str = "application/x-pcapng";

/// 201, with the path of what was made.
pub(crate) struct Created<T> {
    pub(crate) location: String,
    pub(crate) value: T,
}

/// Bytes of a content type.
pub(crate) struct Raw(pub(crate) &'static str, pub(crate) Vec<u8>);

/// 204.
pub(crate) struct Done;

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => Raw(JSON, body).into_response(),
            Err(error) => {
                tracing::error!(error = %error, "an answer has no JSON form");
                ApiError::unavailable("the answer has no JSON form").into_response()
            }
        }
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.value).into_response();
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::CREATED;
            if let Ok(location) = HeaderValue::try_from(self.location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
        }
        response
    }
}

impl IntoResponse for Raw {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.1));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.0));
        response
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// The path of something with this name in a collection.
pub(crate) fn location(collection: &str, name: &str) -> String {
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("{collection}/{name}")
}
