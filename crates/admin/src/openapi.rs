//! The API's document, put together from the handlers.

mod complete;

use crate::dto::CertificateStore;
use crate::routes::{
    accounts, certificates, clock, dhcp, health, journal, namespaces, pin_policies, pins, pool, rules,
    scenarios, settings, state, users, waits,
};
use complete::{Bounds, Refusals, Security, Words};
use utoipa::{IntoParams, OpenApi, ToSchema};

/// The namespace of a request.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the header")]
pub(crate) struct Namespaced {
    /// The namespace that the request sees and changes; all of the pool when it is left out.
    #[param(rename = "X-Lyncmock-Namespace", pattern = "^[A-Za-z0-9._-]{1,64}$", required = false)]
    namespace: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct UserPath {
    /// SIP address, or its part before the `@`.
    #[param(example = "kenmyer")]
    user: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct AccountPath {
    /// SamAccountName, alone or as `DOMAIN\name`, or UserPrincipalName; in any case.
    #[param(example = "kenmyer")]
    account: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct PolicyPath {
    /// `Global`, `site:NAME` or `tag:NAME`; in any case.
    #[param(example = "Global")]
    identity: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct NamespacePath {
    /// The namespace.
    #[param(pattern = "^[A-Za-z0-9._-]{1,64}$", example = "test-1")]
    name: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct IdPath {
    /// The id that was given when it was armed.
    #[param(example = 1)]
    id: u64,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct StorePath {
    /// The store.
    #[param(inline)]
    store: CertificateStore,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct ThumbprintPath {
    /// SHA-1 over the certificate, 40 hex digits.
    #[param(example = "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    thumbprint: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it is the document's alone; `extract` reads the path")]
pub(crate) struct AddressPath {
    /// The address.
    #[param(format = Ipv4, example = "10.99.0.100")]
    address: String,
}

/// Bytes as they are, no JSON.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it is the document's alone")]
pub(crate) struct Binary(Vec<u8>);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "lyncmock",
        description = "The pool while it runs: users, PINs, settings, every known failure by name, rules, the \
            journal, the clock. Errors are RFC 9457 problems. On a loopback address no token is needed, but Host and \
            Origin must name this machine."
    ),
    paths(
        health::health, health::ready,
        pool::endpoints, pool::topology, pool::ca_pem, pool::document, pool::diagnostics, pool::events, pool::restart_web,
        accounts::list_accounts, accounts::add_account, accounts::show_account, accounts::update_account,
        accounts::remove_account, accounts::set_password, accounts::clear_password,
        users::list_users, users::add_user, users::show_user, users::update_user, users::remove_user,
        users::rename_user, users::list_user_certificates, users::revoke_certificates,
        pins::show_pin, pins::set_pin, pins::clear_pin, pins::lock_pin, pins::unlock_pin,
        namespaces::list_namespaces, namespaces::set_namespace, namespaces::remove_namespace,
        pin_policies::show_pin_policy, pin_policies::set_pin_policy, pin_policies::list_pin_policies,
        pin_policies::add_pin_policy, pin_policies::show_named_pin_policy, pin_policies::put_pin_policy,
        pin_policies::remove_pin_policy, pin_policies::grant_pin_policy, pin_policies::ungrant_pin_policy,
        settings::show_web_settings, settings::change_web_settings, settings::show_registrar_settings,
        settings::change_registrar_settings, settings::show_proxy_settings, settings::change_proxy_settings,
        scenarios::list_scenarios, scenarios::show_scenario, scenarios::list_armed, scenarios::arm,
        scenarios::lift,
        rules::list_rules, rules::add_rule, rules::replace_rules, rules::remove_rule,
        journal::show_journal, journal::show_entry, journal::list_devices, journal::export_journal,
        waits::wait, waits::verify,
        clock::show_clock, clock::change_clock,
        dhcp::show_dhcp, dhcp::list_leases, dhcp::forget_lease,
        state::dump_state, state::load_state, state::reset,
        certificates::list_certificates, certificates::list_assigned_certificates, certificates::show_certificate, certificates::add_certificate,
        certificates::remove_certificate,
    ),
    components(schemas(crate::Problem)),
    modifiers(&Refusals, &Security, &Bounds, &Words),
    tags(
        (name = "health", description = "Whether the pool runs"),
        (name = "pool", description = "The pool as a whole"),
        (name = "accounts", description = "Accounts of the domain, and their passwords"),
        (name = "users", description = "Users"),
        (name = "pins", description = "PINs"),
        (name = "namespaces", description = "Parallel tests on one pool"),
        (name = "settings", description = "Settings and policies"),
        (name = "scenarios", description = "Every known failure by name"),
        (name = "rules", description = "Failures on demand"),
        (name = "journal", description = "What happened"),
        (name = "clock", description = "The pool's clock"),
        (name = "dhcp", description = "Who has which address, and what DHCP answered and dropped"),
        (name = "state", description = "All that the pool was told"),
        (name = "certificates", description = "Whom the front end trusts, and what it shows itself with"),
    )
)]
struct Document;

/// The API's document, OpenAPI 3.1.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document as it is served and kept in the repository.
pub(crate) fn text() -> String {
    let mut text = openapi().to_pretty_json().expect("the document holds only text and numbers");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `LYNCMOCK_BLESS=1` writes the file.
    #[test]
    fn the_document_in_the_repository_is_that_of_the_handlers() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        if std::env::var_os("LYNCMOCK_BLESS").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text()).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == text(), "docs/openapi.json is stale; LYNCMOCK_BLESS=1 writes it anew");
    }

    #[test]
    fn every_operation_tells_its_refusals() {
        let document: serde_json::Value = serde_json::from_str(&text()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut ids = std::collections::BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let statuses = operation["responses"].as_object().unwrap();
                assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
                assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
                assert!(statuses.keys().any(|status| status.starts_with('2')), "{method} {path}");
                for (status, response) in statuses.iter().filter(|(status, _)| *status >= &"400".to_owned()) {
                    let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
                }
                if path.starts_with("/v1/") {
                    for status in ["400", "401", "403", "503"] {
                        assert!(statuses.contains_key(status), "{method} {path}: {status}");
                    }
                }
            }
        }
    }
}
