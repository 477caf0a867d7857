//! What every operation has in common, written once.

use crate::check::{MAX_NUMBER, MAX_SHORT_NUMBER, REGISTRAR_BOUNDS, WEB_BOUNDS};
use crate::error::PROBLEM_JSON;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AdditionalProperties, KnownFormat, Object, Schema, SchemaFormat};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, Number};

/// The refusals that every operation, or every one with a body, can answer; and the body of them all.
pub(super) struct Refusals;

/// The bearer token.
pub(super) struct Security;

/// Bounds that the schemas of other crates do not tell.
pub(super) struct Bounds;

/// Descriptions without the links of Rust's documentation.
pub(super) struct Words;

impl Modify for Refusals {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                if path.starts_with("/v1/") {
                    add_common(path, operation);
                }
                operation.responses.responses.iter_mut().for_each(describe);
            }
        }
    }
}

fn add_common(path: &str, operation: &mut Operation) {
    let mut common = vec![
        ("400", "The request cannot be read: its query, its path, its JSON, a header"),
        ("401", "The pool has a token, and the request has not"),
        ("403", "The pool has no token, and Host or Origin is not that of this machine"),
        ("503", "The pool cannot answer at the moment"),
    ];
    if path.contains('{') {
        common.push(("404", "There is no such path"));
        common.push(("405", "A piece of the path was `.` or `..`, so that the path became another"));
    }
    if operation.request_body.is_some() {
        common.push(("413", "The body is too large"));
        common.push(("415", "The body has another content type"));
    }
    for (status, description) in common {
        let response = || RefOr::T(ResponseBuilder::new().description(description).build());
        operation.responses.responses.entry(status.to_owned()).or_insert_with(response);
    }
}

/// A refusal is a problem.
fn describe((status, response): (&String, &mut RefOr<Response>)) {
    let RefOr::T(response) = response else { return };
    if matches!(status.as_bytes().first(), Some(b'4' | b'5')) && response.content.is_empty() {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        response.content.insert(PROBLEM_JSON.to_owned(), content.into());
    }
}

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", scheme);
        // The empty one: without a token on a loopback address.
        let none = SecurityRequirement::default();
        document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new()), none]);
    }
}

impl Modify for Bounds {
    fn modify(&self, document: &mut OpenApi) {
        if let Some(components) = &mut document.components {
            let settings = [("WebChange", WEB_BOUNDS.as_slice()), ("RegistrarChange", &REGISTRAR_BOUNDS)];
            for (name, bounds) in settings {
                if let Some(RefOr::T(Schema::Object(change))) = components.schemas.get_mut(name) {
                    bound_settings(change, bounds);
                }
            }
            if let Some(change) = components.schemas.get_mut("ClockChange") {
                objects(change).into_iter().for_each(close);
            }
            for schema in components.schemas.values_mut() {
                objects(schema).into_iter().flat_map(|object| object.properties.values_mut()).for_each(bound);
            }
        }
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    parameter.schema.iter_mut().for_each(bound);
                }
            }
        }
    }
}

fn bound_settings(change: &mut Object, bounds: &[(&str, u64, u64)]) {
    for (name, least, most) in bounds {
        if let Some(RefOr::T(Schema::Object(property))) = change.properties.get_mut(*name) {
            property.minimum = number(*least);
            property.maximum = number(*most);
        }
    }
}

/// A change of two things at once is refused, and one with anything else in it.
fn close(form: &mut Object) {
    form.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
}

/// An unsigned number ends where its type, or exact JSON, does. What may not fit the signed `int32` is `int64`.
fn bound(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    if object.minimum.is_none() {
        return;
    }
    let most = match (&object.maximum, &object.format) {
        (Some(most), _) => Some(most.clone()),
        (None, Some(SchemaFormat::KnownFormat(KnownFormat::Int32))) => number(MAX_SHORT_NUMBER),
        (None, Some(SchemaFormat::KnownFormat(KnownFormat::Int64))) => number(MAX_NUMBER),
        (None, _) => return,
    };
    if matches!(most, Some(Number::UInt(most)) if i32::try_from(most).is_err()) {
        object.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
    }
    object.maximum = most;
}

/// The objects that a schema is made of: itself, or the forms that it can have.
fn objects(schema: &mut RefOr<Schema>) -> Vec<&mut Object> {
    let inner = |item| match item {
        &mut RefOr::T(Schema::Object(ref mut object)) => Some(object),
        _ => None,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => vec![object],
        RefOr::T(Schema::OneOf(forms)) => forms.items.iter_mut().filter_map(inner).collect(),
        _ => Vec::new(),
    }
}

fn number(value: u64) -> Option<Number> {
    usize::try_from(value).ok().map(Number::UInt)
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

impl Modify for Words {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = &mut document.components else { return };
        for schema in components.schemas.values_mut() {
            if let RefOr::T(Schema::OneOf(forms)) = schema {
                forms.description.iter_mut().for_each(unlink);
            }
            for object in objects(schema) {
                object.description.iter_mut().for_each(unlink);
                for property in object.properties.values_mut().flat_map(objects) {
                    property.description.iter_mut().for_each(unlink);
                }
            }
        }
    }
}

/// Makes `word` of `[word](target)` and of `[word]`, where the word is code.
fn unlink(text: &mut String) {
    while let Some((before, rest)) = text.split_once("`](") {
        let after = rest.split_once(')').map_or("", |(_, after)| after);
        *text = format!("{before}`{after}");
    }
    *text = text.replace("[`", "`").replace("`]", "`");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_code_do_not_reach_the_document() {
        let mut text = "One of [`names`](super::names), an [`Entry`]; `[a]` stays.".to_owned();
        unlink(&mut text);
        assert_eq!(text, "One of `names`, an `Entry`; `[a]` stays.");
        assert!(!crate::openapi::text().contains("[`"));
    }
}
