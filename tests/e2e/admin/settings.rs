//! Settings that are shown and kept, where everything is, and the server's own certificates.

use super::{BINARY, admin, client};
use lync_admin::Kind;
use lync_admin::dto::{
    CertificateUse, MobileAuthType, ProxyChange, RegistrarChange, Reset, State, WebChange, WindowsAuth,
};
use lync_tests::keyboard::Keyboard;
use lync_tests::pool;

#[tokio::test]
async fn use_windows_auth_and_what_is_only_kept_are_shown_changed_and_reset() {
    let pool = pool().await;
    let client = client(&pool);
    let before = client.web_settings().await.unwrap();
    assert_eq!(before.use_windows_auth, WindowsAuth::Negotiate);
    assert_eq!((before.ca_signing_key_length, before.max_group_size_to_expand), (2048, 100));
    let change = WebChange {
        use_windows_auth: Some(WindowsAuth::Ntlm),
        infer_cert_chain_from_ssl: Some(false),
        ca_signing_key_length: Some(4096),
        max_group_size_to_expand: Some(5),
        enable_statistics_in_response: Some(true),
        mobile_preferred_auth_type: Some(MobileAuthType::WebTicketServicePin),
        ..WebChange::default()
    };
    let after = client.change_web_settings(&change).await.unwrap();
    assert_eq!((after.use_windows_auth, after.ca_signing_key_length), (WindowsAuth::Ntlm, 4096));
    assert!(!after.infer_cert_chain_from_ssl && after.enable_statistics_in_response);
    assert_eq!(after.mobile_preferred_auth_type, MobileAuthType::WebTicketServicePin);
    assert_eq!((after.max_group_size_to_expand, after.use_pin_auth), (5, before.use_pin_auth));
    let wrong = WebChange { ca_signing_key_length: Some(1024), ..WebChange::default() };
    assert_eq!(client.change_web_settings(&wrong).await.unwrap_err().kind(), Some(Kind::Invalid));
    assert_eq!(client.web_settings().await.unwrap(), after);
    client.reset(Reset::All).await.unwrap();
    assert_eq!(client.web_settings().await.unwrap(), before);
}

#[tokio::test]
async fn settings_of_the_registrar_keep_to_their_ranges_and_to_each_other() {
    let pool = pool().await;
    let client = client(&pool);
    let before = client.registrar_settings().await.unwrap();
    assert_eq!((before.max_user_count, before.backup_store_unavailable_threshold), (12_000, 1800));
    let expirations = |min, default, max| RegistrarChange {
        min_endpoint_expiration: Some(min),
        default_endpoint_expiration: Some(default),
        max_endpoint_expiration: Some(max),
        ..RegistrarChange::default()
    };
    let many = RegistrarChange { max_endpoints_per_user: Some(65), ..RegistrarChange::default() };
    for wrong in [expirations(300, 600, 901), expirations(600, 500, 900), expirations(300, 600, 500), many] {
        let error = client.change_registrar_settings(&wrong).await.unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Invalid), "{wrong:?}: {error}");
        let state = State { registrar: Some(wrong), ..State::default() };
        assert_eq!(client.load_state(&state).await.unwrap_err().kind(), Some(Kind::Invalid));
    }
    assert_eq!(client.registrar_settings().await.unwrap(), before);
    let after = client.change_registrar_settings(&expirations(400, 500, 600)).await.unwrap();
    assert_eq!((after.min_endpoint_expiration, after.max_endpoint_expiration), (400, 600));
    assert_eq!(after.enable_dhcp_server, before.enable_dhcp_server);
}

#[tokio::test]
async fn the_settings_of_all_three_are_in_a_state() {
    let pool = pool().await;
    let client = client(&pool);
    let before = client.proxy_settings().await.unwrap();
    assert!(before.use_ntlm_for_client_to_proxy_auth && before.use_certificate_for_client_to_proxy_auth);
    let off = ProxyChange { use_ntlm_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
    let after = client.change_proxy_settings(&off).await.unwrap();
    assert!(!after.use_ntlm_for_client_to_proxy_auth && after.use_kerberos_for_client_to_proxy_auth);
    let users = RegistrarChange { max_user_count: Some(2000), ..RegistrarChange::default() };
    client.change_registrar_settings(&users).await.unwrap();
    let none = WebChange { use_windows_auth: Some(WindowsAuth::None), ..WebChange::default() };
    client.change_web_settings(&none).await.unwrap();
    let state = client.state(false).await.unwrap();
    client.reset(Reset::All).await.unwrap();
    assert_eq!(client.proxy_settings().await.unwrap(), before);
    client.load_state(&state).await.unwrap();
    assert_eq!(client.proxy_settings().await.unwrap(), after);
    assert_eq!(client.registrar_settings().await.unwrap().max_user_count, 2000);
    assert_eq!(client.web_settings().await.unwrap().use_windows_auth, WindowsAuth::None);
}

#[tokio::test]
async fn settings_are_typed_as_microsoft_names_them() {
    let pool = pool().await;
    let keyboard = Keyboard::new(BINARY, Some(admin(&pool)));
    let shown = keyboard
        .prints(&[
            "settings",
            "set",
            "UseWindowsAuth=NONE",
            "MaxUserCount=2000",
            "UseNtlmForClientToProxyAuth=False",
        ])
        .await;
    for line in ["use_windows_auth=None", "max_user_count=2000", "use_ntlm_for_client_to_proxy_auth=false"] {
        assert!(shown.lines().any(|known| known == line), "{line}: {shown}");
    }
    assert_eq!(keyboard.prints(&["settings", "show"]).await, shown);
    // What is shown can be set.
    let all: Vec<&str> = shown.lines().filter(|line| !line.starts_with("anonymous_")).collect();
    assert_eq!(keyboard.prints(&[&["settings", "set"], all.as_slice()].concat()).await, shown);
    let unknown = keyboard.fails(&["settings", "set", "UseKerberosAuth=true", "MaxUserCount=3000"]).await;
    assert!(unknown.contains("use_kerberos_auth"), "{unknown}");
    assert_eq!(keyboard.prints(&["settings", "show"]).await, shown);
}

#[tokio::test]
async fn the_topology_and_the_servers_certificate_are_those_of_the_pool() {
    let pool = pool().await;
    let client = client(&pool);
    let topology = client.topology().await.unwrap();
    let endpoints = pool.endpoints();
    assert_eq!(topology.fqdn, endpoints.fqdn);
    assert_eq!(
        (topology.sip_domain.as_str(), topology.windows_domain.as_str()),
        ("litwareinc.com", "LITWAREINC")
    );
    assert!(endpoints.http.ends_with(&format!(":{}", topology.http_port)));
    assert!(endpoints.https.ends_with(&format!(":{}", topology.https_port)));
    assert!(topology.now <= client.clock().await.unwrap());

    let assigned = client.assigned_certificates().await.unwrap();
    let [certificate] = assigned.as_slice() else { panic!("{assigned:?}") };
    assert_eq!(
        certificate.uses,
        [CertificateUse::Default, CertificateUse::WebServicesInternal, CertificateUse::WebServicesExternal]
    );
    assert!(certificate.alternative_names.contains(&endpoints.fqdn), "{certificate:?}");
    assert!(certificate.not_before < topology.now && topology.now < certificate.not_after);
    assert_eq!(certificate.thumbprint.len(), 40);
    assert_ne!(certificate.issuer, certificate.subject);
}
