//! What the admin API says, as the cmdlets have it.

use super::unreadable;
use lync_admin::client::ClientError;
use lync_admin::{Kind, dto};
use lync_model::scenario::{RegistrarChange, WebChange};
use lync_model::{Account, PinPolicy, User};
use lync_shell::{Answer, AssignedCertificate, ClientCertificate, DeploymentError, NamedPinPolicy};

/// A refusal, or that nobody answers.
pub(super) fn refused(error: ClientError) -> DeploymentError {
    let ClientError::Refused(problem) = error else { return DeploymentError::Unavailable(error.to_string()) };
    match problem.kind {
        Kind::NotFound => DeploymentError::NotFound(problem.detail),
        Kind::Conflict => DeploymentError::Conflict(problem.detail),
        Kind::Malformed | Kind::Invalid | Kind::TooLarge => DeploymentError::Invalid(problem.detail),
        _ => DeploymentError::Unavailable(problem.detail),
    }
}

pub(super) fn user_of(user: &dto::User) -> Answer<User> {
    let line_uri = user.line_uri.as_deref().map(str::parse).transpose();
    Ok(User {
        sip_uri: user.sip_address.parse().map_err(|_| unreadable("a SIP address"))?,
        display_name: user.display_name.clone(),
        line_uri: line_uri.map_err(|_| unreadable("a line URI"))?,
        enabled: user.enabled,
        enterprise_voice: user.enterprise_voice_enabled,
        // Get-CsClientPinInfo asks for it.
        pin_set_at: None,
    })
}

pub(super) fn account(account: &dto::Account) -> Answer<Account> {
    let sip_uri = account.sip_address.as_deref().map(str::parse).transpose();
    Ok(Account {
        sam_account_name: account.sam_account_name.clone(),
        user_principal_name: account.user_principal_name.clone(),
        display_name: account.display_name.clone(),
        state: account.state.into(),
        has_password: account.has_password,
        sip_uri: sip_uri.map_err(|_| unreadable("a SIP address"))?,
    })
}

pub(super) fn named_policy(found: dto::NamedPinPolicy) -> NamedPinPolicy {
    let policy = PinPolicy::from(&found.policy);
    NamedPinPolicy { identity: found.identity, description: found.policy.description, policy }
}

pub(super) fn policy_of(policy: &NamedPinPolicy) -> dto::PinPolicy {
    dto::PinPolicy { description: policy.description.clone(), ..dto::PinPolicy::from(&policy.policy) }
}

pub(super) fn certificate(found: dto::ClientCertificate) -> ClientCertificate {
    ClientCertificate {
        published: found.publication_time,
        expires: found.expiration_time,
        device: found.device_id,
        thumbprint: found.thumbprint,
    }
}

pub(super) fn assigned(found: dto::AssignedCertificate) -> AssignedCertificate {
    AssignedCertificate {
        uses: found.uses.iter().map(|each| each.as_str().to_owned()).collect(),
        issuer: found.issuer,
        subject: found.subject,
        alternative_names: found.alternative_names,
        not_before: found.not_before,
        not_after: found.not_after,
        serial_number: found.serial_number,
        thumbprint: found.thumbprint,
    }
}

pub(super) fn as_web_change(found: &dto::WebSettings) -> WebChange {
    WebChange {
        use_pin_auth: Some(found.use_pin_auth),
        use_certificate_auth: Some(found.use_certificate_auth),
        use_windows_auth: Some(found.use_windows_auth),
        enable_cert_chain_download: Some(found.enable_cert_chain_download),
        default_validity_period_hours: Some(found.default_validity_period_hours),
        min_validity_period_hours: Some(found.min_validity_period_hours),
        max_validity_period_hours: Some(found.max_validity_period_hours),
        min_csr_key_size: Some(found.min_csr_key_size),
        max_csr_key_size: Some(found.max_csr_key_size),
        hsts_max_age_seconds: Some(found.hsts_max_age_seconds),
        ticket_lifetime_seconds: u32::try_from(found.ticket_lifetime_seconds).ok(),
        infer_cert_chain_from_ssl: Some(found.infer_cert_chain_from_ssl),
        ca_signing_key_length: Some(found.ca_signing_key_length),
        max_group_size_to_expand: Some(found.max_group_size_to_expand),
        enable_statistics_in_response: Some(found.enable_statistics_in_response),
        mobile_preferred_auth_type: Some(found.mobile_preferred_auth_type),
    }
}

pub(super) fn as_registrar_change(found: &dto::RegistrarSettings) -> RegistrarChange {
    RegistrarChange {
        enable_dhcp_server: Some(found.enable_dhcp_server),
        min_endpoint_expiration: Some(found.min_endpoint_expiration),
        default_endpoint_expiration: Some(found.default_endpoint_expiration),
        max_endpoint_expiration: Some(found.max_endpoint_expiration),
        max_endpoints_per_user: Some(found.max_endpoints_per_user),
        max_user_count: Some(found.max_user_count),
        backup_store_unavailable_threshold: Some(found.backup_store_unavailable_threshold),
    }
}
