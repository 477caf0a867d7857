//! Neither the token nor a PIN nor a password reaches a log, however talkative. Alone in its file: the subscriber is the whole process's.
#![cfg(test)]

#[path = "api/double.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod double;
#[path = "api/served.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod served;

use double::KEN;
use lync_admin::dto::{NewAccount, PasswordText, PinText, PinUpdate};
use lync_admin::{Client, SecretToken};
use lync_model::Pin;
use served::{Served, TOKEN};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_token_nor_pin_nor_password_is_logged_at_trace_level() {
    const PIN: &str = "7249016583";
    let buffer = Buffer::default();
    let writer = buffer.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();

    let served = Served::with_token().await;
    let url = format!("http://{}", served.addr);
    let mut said = Vec::new();
    for token in [TOKEN, "wrong-horse-battery-7249016583"] {
        let client = Client::new(&url, Some(SecretToken::new(token).unwrap()), None).unwrap();
        let update = PinUpdate { pin: PinText::new(Pin::new(PIN)), history: false };
        for user in [KEN, "nobody"] {
            said.push(format!("{client:?} {:?} {:?}", update, client.set_pin(user, &update).await));
        }
    }
    let client = Client::new(&url, Some(SecretToken::new(TOKEN).unwrap()), None).unwrap();
    let password = PasswordText::new(PIN);
    let account: NewAccount =
        serde_json::from_value(serde_json::json!({ "sam_account_name": "a", "password": PIN })).unwrap();
    said.push(format!("{password:?} {:?}", client.set_password("kenmyer", &password).await));
    said.push(format!("{account:?} {:?}", client.add_account(&account).await));
    said.push(format!("{:?} {:?}", client.dhcp().await, client.dhcp_leases().await));
    said.push(format!("{:?}", client.forget_dhcp_lease("10.99.0.3".parse().unwrap()).await));
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let body = format!(r#"{{"pin":{PIN}}}"#);
    let answer = served.send("PUT", "/v1/users/kenmyer/pin", &headers, body.as_bytes()).await;
    said.push(answer.problem().to_string());
    let body = format!(r#"{{"password":{PIN}}}"#);
    let answer = served.send("PUT", "/v1/accounts/kenmyer/password", &headers, body.as_bytes()).await;
    said.push(answer.problem().to_string());
    said.push(String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap());

    let log = said.last().unwrap();
    assert!(log.contains("admin request") && log.contains("/v1/users/"), "{log}");
    assert!(log.contains("/v1/accounts/kenmyer/password"), "{log}");
    for text in &said {
        assert!(!text.contains(PIN) && !text.contains("horse"), "{text}");
    }
}
