//! How the API refuses: RFC 9457, `application/problem+json`.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// The content type of a [`Problem`].
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// Which status it gets.
    pub kind: Kind,
    /// What was found and what was expected, for a person.
    pub message: String,
    /// The field of the request that is meant.
    pub field: Option<String>,
    /// What comes nearest to what was asked for: a name that exists, or the entries that almost matched.
    pub nearest: Option<String>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 400: the request cannot be read: its query, its JSON, a header.
    Malformed,
    /// 401: no token, or a wrong one.
    Unauthorized,
    /// 403: by its Host or Origin the request comes from a browser's page elsewhere.
    Forbidden,
    /// 404: there is no such thing, or no such path.
    NotFound,
    /// 405: the path has other methods.
    MethodNotAllowed,
    /// 408: what was waited for did not happen in time.
    TimedOut,
    /// 409: it contradicts what is there.
    Conflict,
    /// 413: the body is too large.
    TooLarge,
    /// 415: the body has another content type.
    UnsupportedMediaType,
    /// 422: it was read, and cannot be meant.
    Invalid,
    /// 422: what was to be verified does not hold.
    Unmet,
    /// 503: the pool cannot answer at the moment.
    Unavailable,
}

/// A refusal as it is sent.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub problem_type: String,
    /// The status in words.
    #[schema(example = "Not Found")]
    pub title: String,
    /// The status.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What was found and what was expected.
    #[schema(example = "there is no user `kenmyr`")]
    pub detail: String,
    /// The kind of refusal, where the status alone does not tell.
    pub kind: Kind,
    /// The field of the request that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// What comes nearest to what was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nearest: Option<String>,
}

impl ApiError {
    /// A refusal of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), field: None, nearest: None }
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// It contradicts what is there.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// It was read, and cannot be meant.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// What was waited for did not happen in time.
    pub fn timed_out(message: impl Into<String>) -> Self {
        Self::new(Kind::TimedOut, message)
    }

    /// What was to be verified does not hold; the message is the report.
    pub fn unmet(report: impl Into<String>) -> Self {
        Self::new(Kind::Unmet, report)
    }

    /// The pool cannot answer at the moment.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, message)
    }

    /// With the field that is meant.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// With what comes nearest.
    #[must_use]
    pub fn nearest(mut self, nearest: impl Into<Option<String>>) -> Self {
        self.nearest = nearest.into();
        self
    }
}

impl Kind {
    /// The status that it is sent with.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid | Self::Unmet => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        let status = error.kind.status();
        Self {
            problem_type: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: error.message,
            kind: error.kind,
            field: error.field,
            nearest: error.nearest,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let kind = self.kind;
        let body = serde_json::to_vec(&Problem::from(self)).expect("a problem holds only text and numbers");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = kind.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if kind == Kind::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        if let Some(field) = &self.field {
            write!(f, " (field `{field}`)")?;
        }
        match &self.nearest {
            // The text may have told it already.
            Some(nearest) if self.detail.contains(nearest.as_str()) => Ok(()),
            Some(nearest) if nearest.contains('\n') => write!(f, "\n{nearest}"),
            Some(nearest) => write!(f, "; the nearest is `{nearest}`"),
            None => Ok(()),
        }
    }
}
