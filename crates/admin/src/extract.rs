//! Reading a request. Every refusal is an [`ApiError`].

mod body;
mod strict;

use crate::api::Api;
use crate::check::MAX_NUMBER;
use crate::error::Kind;
use crate::query::Query;
use crate::scope::HEADER;
use crate::{ApiError, Pool, Scope};
use axum::extract::{FromRequestParts, Path};
pub(crate) use body::{Der, Json};
use http::request::Parts;
use std::sync::Arc;

/// The longest piece of a path that can name anything, in bytes: 256 characters behind a domain of 15, of four bytes each.
const MAX_SEGMENT: usize = (256 + 1 + 15) * 4;

/// A request without a query.
pub(crate) struct Call {
    pub(crate) pool: Arc<dyn Pool>,
    pub(crate) scope: Scope,
}

/// A request that may have a query.
pub(crate) struct Asked {
    pub(crate) api: Arc<Api>,
    pub(crate) scope: Scope,
    pub(crate) query: Query,
}

/// The variable piece of the path.
pub(crate) struct Segment(pub(crate) String);

/// The two variable pieces of the path.
pub(crate) struct Segments(pub(crate) String, pub(crate) String);

/// The variable piece of the path, a number.
pub(crate) struct Id(pub(crate) u64);

impl FromRequestParts<Arc<Api>> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        Query::read(parts.uri.query())?.end()?;
        Ok(Self { pool: Arc::clone(&api.pool), scope: scope(parts)? })
    }
}

impl FromRequestParts<Arc<Api>> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let query = Query::read(parts.uri.query())?;
        Ok(Self { api: Arc::clone(api), scope: scope(parts)?, query })
    }
}

impl FromRequestParts<Arc<Api>> for Segment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Ok(Path(text)) = Path::<String>::from_request_parts(parts, api).await else {
            return Err(ApiError::new(Kind::Malformed, "the path is not UTF-8"));
        };
        if text.len() > MAX_SEGMENT {
            return Err(ApiError::not_found(format!("nothing has a name of {} bytes", text.len())));
        }
        Ok(Self(text))
    }
}

impl FromRequestParts<Arc<Api>> for Segments {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        match Path::<(String, String)>::from_request_parts(parts, api).await {
            Ok(Path((first, second))) => Ok(Self(first, second)),
            Err(_) => Err(ApiError::new(Kind::Malformed, "the path is not UTF-8")),
        }
    }
}

impl FromRequestParts<Arc<Api>> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Segment(text) = Segment::from_request_parts(parts, api).await?;
        match text.parse() {
            Ok(id) if id <= MAX_NUMBER => Ok(Self(id)),
            _ => Err(ApiError::new(Kind::Malformed, "the last piece of the path is no number")),
        }
    }
}

/// The namespace that the request names.
fn scope(parts: &Parts) -> Result<Scope, ApiError> {
    let mut values = parts.headers.get_all(HEADER).iter();
    let Some(name) = values.next() else { return Ok(Scope::everything()) };
    if values.next().is_some() {
        return Err(ApiError::new(Kind::Malformed, "the header is there twice").field(HEADER));
    }
    let malformed =
        |error: crate::ScopeError| ApiError::new(Kind::Malformed, error.to_string()).field(HEADER);
    Scope::of(name.to_str().unwrap_or_default()).map_err(malformed)
}
