//! The front end's stores of trusted authorities, as certlm.msc shows them, and its own certificates.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{AssignedCertificate, Certificate, CertificateStore};
use crate::extract::{Asked, Call, Der, Json, Segment, Segments};
use crate::respond::{Created, DER, Done, Raw, location};
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/certificates", get(list_certificates))
        .route("/v1/certificates/assigned", get(list_assigned_certificates))
        .route("/v1/certificates/{store}", post(add_certificate))
        .route("/v1/certificates/{store}/{thumbprint}", get(show_certificate).delete(remove_certificate))
}

/// List the certificates that the front end trusts
#[utoipa::path(get, path = "/v1/certificates", tag = "certificates",
    params(("store" = inline(Option<CertificateStore>), Query, description = "The store; both when it is left out")),
    responses((status = 200, description = "The certificates", body = [Certificate])))]
pub(crate) async fn list_certificates(
    Asked { api, mut query, .. }: Asked,
) -> Result<Json<Vec<Certificate>>, ApiError> {
    let store = query.word("store")?;
    query.end()?;
    Ok(Json(api.pool.certificates(store).await?))
}

/// List the certificates of the server itself, as Get-CsCertificate does
#[utoipa::path(get, path = "/v1/certificates/assigned", tag = "certificates",
    responses((status = 200, description = "The certificates with their uses", body = [AssignedCertificate])))]
pub(crate) async fn list_assigned_certificates(
    Call { pool, .. }: Call,
) -> Result<Json<Vec<AssignedCertificate>>, ApiError> {
    Ok(Json(pool.assigned_certificates().await?))
}

/// Give a certificate
#[utoipa::path(get, path = "/v1/certificates/{store}/{thumbprint}", tag = "certificates",
    params(crate::openapi::StorePath, crate::openapi::ThumbprintPath),
    responses(
        (status = 200, description = "DER", body = crate::openapi::Binary, content_type = "application/pkix-cert"),
        (status = 404, description = "There is no such store or certificate")))]
pub(crate) async fn show_certificate(
    Call { pool, .. }: Call,
    Segments(store, thumbprint): Segments,
) -> Result<Raw, ApiError> {
    let (store, thumbprint) = (read_store(&store)?, read_thumbprint(&thumbprint)?);
    Ok(Raw(DER, pool.certificate(store, &thumbprint).await?))
}

/// Put a certificate into a store
#[utoipa::path(post, path = "/v1/certificates/{store}", tag = "certificates",
    params(crate::openapi::StorePath),
    request_body(description = "DER or PEM", content(
        (crate::openapi::Binary = "application/pkix-cert"), (crate::openapi::Binary = "application/x-pem-file"),
        (crate::openapi::Binary = "application/octet-stream"))),
    responses(
        (status = 201, description = "It is trusted", body = Certificate,
            headers(("Location" = String, description = "By which it is taken out"))),
        (status = 404, description = "There is no such store"),
        (status = 409, description = "It is there already, or the store is full"),
        (status = 422, description = "It is no certificate")))]
pub(crate) async fn add_certificate(
    Call { pool, .. }: Call,
    Segment(store): Segment,
    Der(der): Der,
) -> Result<Created<Certificate>, ApiError> {
    let store = read_store(&store)?;
    let value = pool.add_certificate(store, der).await?;
    Ok(Created { location: location(&format!("/v1/certificates/{store}"), &value.thumbprint), value })
}

/// Take a certificate out of a store
#[utoipa::path(delete, path = "/v1/certificates/{store}/{thumbprint}", tag = "certificates",
    params(crate::openapi::StorePath, crate::openapi::ThumbprintPath),
    responses(
        (status = 204, description = "It is no longer trusted"),
        (status = 404, description = "There is no such store or certificate")))]
pub(crate) async fn remove_certificate(
    Call { pool, .. }: Call,
    Segments(store, thumbprint): Segments,
) -> Result<Done, ApiError> {
    let (store, thumbprint) = (read_store(&store)?, read_thumbprint(&thumbprint)?);
    pool.remove_certificate(store, &thumbprint).await?;
    Ok(Done)
}

fn read_store(word: &str) -> Result<CertificateStore, ApiError> {
    let unknown = || ApiError::not_found("there is no such store; there are root and intermediate");
    word.parse().map_err(|()| unknown().field("store"))
}

/// A thumbprint as Windows shows and writes it: in either case, with or without spaces.
fn read_thumbprint(text: &str) -> Result<String, ApiError> {
    let clean: String = text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
    if clean.len() == 40 && clean.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(clean);
    }
    Err(ApiError::not_found("nothing has such a thumbprint; one has 40 hex digits").field("thumbprint"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_read_as_windows_writes_it() {
        let spaced = "a9 99 3e 36 47 06 81 6a ba 3e 25 71 78 50 c2 6c 9c d0 d8 9d";
        assert_eq!(read_thumbprint(spaced).unwrap(), "A9993E364706816ABA3E25717850C26C9CD0D89D");
        for text in
            ["", "root", "a9993e364706816aba3e25717850c26c9cd0d89", "ä9993e364706816aba3e25717850c26c9cd0d8"]
        {
            assert!(read_thumbprint(text).is_err(), "{text}");
        }
    }
}
