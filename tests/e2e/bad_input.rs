//! What nobody should send: a clear refusal in the protocol's form, bounded memory, and the next phone signs in.

use crate::messages;
use lync_tests::raw::{self, PATIENCE};
use lync_tests::{pool, raw::RawResponse};
use lyncmock::LyncMock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

const PIN_PATH: &str = "/WebTicket/WebTicketService.svc/pin";
const CERT_PATH: &str = "/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1";
const ROOT_PATH: &str = "/CertProv/CertProvisioningService.svc";

/// The proof that nothing was lost: a phone signs in.
async fn the_next_phone_signs_in(pool: &LyncMock) {
    let report = pool.phone("+12065551219", "0712").run().await;
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
}

async fn issue(pool: &LyncMock, body: &str) -> RawResponse {
    let action = format!("\"{}\"", lync_proto::ns::ACTION_ISSUE_TOKEN);
    let authorization = raw::basic("+12065551219", "0712");
    let headers = [("SOAPAction", action.as_str()), ("Authorization", &authorization)];
    raw::over_tls(pool, &raw::post(PIN_PATH, &headers, body)).await
}

fn is_soap_fault(response: &RawResponse) -> bool {
    response.status() == 500
        && response.header("Content-Type") == Some("text/xml; charset=utf-8")
        && response.text().contains("<s:Fault>")
        && response.text().contains("<faultcode")
}

#[tokio::test]
async fn hostile_and_broken_xml_is_a_soap_fault() {
    let pool = pool().await;
    let good = messages::issue_token();
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let cases = [
        ("nothing", String::new()),
        ("text", "hello".to_owned()),
        ("truncated", good.get(..good.len() / 2).unwrap().to_owned()),
        ("wrongly nested", good.replace("</s:Body></s:Envelope>", "</s:Envelope></s:Body>")),
        ("two roots", format!("{good}{good}")),
        ("a document type", format!("{bomb}{good}")),
        ("an entity", good.replace("Context=\"1\"", "Context=\"&c;\"")),
        (
            "an undeclared prefix",
            good.replace("<KeyType>", "<x:KeyType>").replace("</KeyType>", "</x:KeyType>"),
        ),
        ("depth", format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000))),
        (
            "many attributes",
            format!("<a {}/>", (0..5_000).map(|i| format!("a{i}=\"\" ")).collect::<String>()),
        ),
        ("another message", "<a xmlns=\"urn:b\"/>".to_owned()),
        ("a body with nothing in it", good.replace("RequestSecurityToken", "RequestNothing")),
        ("broken base64", good.replace("AAECAwQF", "AAEC?wQF")),
        ("short entropy", good.replace("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "AAEC")),
        (
            "SOAP 1.2",
            good.replace(
                "http://schemas.xmlsoap.org/soap/envelope/",
                "http://www.w3.org/2003/05/soap-envelope",
            ),
        ),
    ];
    for (what, body) in cases {
        let response = issue(&pool, &body).await;
        assert!(is_soap_fault(&response), "{what}: {}\n{}", response.head, response.text());
    }
    the_next_phone_signs_in(&pool).await;
}

#[tokio::test]
async fn bad_utf_8_is_a_soap_fault() {
    let pool = pool().await;
    let mut request = messages::root_chains(ROOT_PATH);
    let place = request.windows(6).position(|window| window == b"s:Body").unwrap();
    request[place] = 0xFF;
    let response = raw::over_tcp(&pool.endpoints().http, &request).await;
    assert!(is_soap_fault(&response), "{}", response.head);
    the_next_phone_signs_in(&pool).await;
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_without_being_read() {
    let pool = pool().await;
    let head = format!(
        "POST {PIN_PATH} HTTP/1.1\r\nHost: a\r\nSOAPAction: \"x\"\r\nContent-Length: 104857600\r\n\r\n"
    );
    let mut request = head.into_bytes();
    request.resize(request.len() + 300 * 1024, b'x');
    let response = raw::over_tls(&pool, &request).await;
    assert_eq!(response.status(), 413);
    the_next_phone_signs_in(&pool).await;
}

#[tokio::test]
async fn a_chunked_body_without_end_is_refused_at_the_same_size() {
    let pool = pool().await;
    let mut request =
        format!("POST {ROOT_PATH} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..80 {
        request.extend_from_slice(b"1000\r\n");
        request.extend(std::iter::repeat_n(b'x', 0x1000));
        request.extend_from_slice(b"\r\n");
    }
    let response = raw::over_tcp(&pool.endpoints().http, &request).await;
    assert_eq!(response.status(), 413);
    the_next_phone_signs_in(&pool).await;
}

#[tokio::test]
async fn broken_http_ends_its_own_connection_only() {
    let pool = pool().await;
    for garbage in [
        &b"\x16\x03\x01\x00\x00"[..],
        b"GET\r\n\r\n",
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
    ] {
        let mut socket = TcpStream::connect(raw::address(&pool.endpoints().http)).await.unwrap();
        socket.write_all(garbage).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the connection to end").unwrap();
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    // Plain text at the TLS port.
    let mut socket = TcpStream::connect(raw::address(&pool.endpoints().https)).await.unwrap();
    socket.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, socket.read_to_end(&mut answer)).await.expect("the connection to end");
    the_next_phone_signs_in(&pool).await;
}

#[tokio::test]
async fn connections_that_never_say_anything_keep_nobody_out() {
    let pool = pool().await;
    let mut silent = Vec::new();
    for url in [&pool.endpoints().http, &pool.endpoints().https] {
        for _ in 0..100 {
            let mut socket = TcpStream::connect(raw::address(url)).await.unwrap();
            socket.write_all(b"P").await.unwrap();
            silent.push(socket);
        }
    }
    the_next_phone_signs_in(&pool).await;
    drop(silent);
}

#[tokio::test]
async fn datagrams_of_rubbish_are_not_answered() {
    let pool = pool().await;
    let dhcp = pool.endpoints().dhcp.unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for length in [0, 1, 239, 240, 300, 1500, 9000] {
        socket.send_to(&vec![0xFF; length], dhcp).await.unwrap();
    }
    // Datagrams of one sender are handled in order: when the phone has its answer, the rubbish has had its chance.
    the_next_phone_signs_in(&pool).await;
    let mut buffer = [0; 2048];
    assert!(socket.try_recv_from(&mut buffer).is_err(), "rubbish was answered");
}

#[tokio::test]
async fn certificate_requests_without_a_good_ticket_are_refused_in_the_soap_layer() {
    let pool = pool().await;
    let action = format!("\"{}\"", lync_proto::ns::ACTION_GET_AND_PUBLISH_CERT);
    let captured = lync_tests::command::read(std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../fixtures/captures/07-web-post-CertProv_CertProvisioningService_svc_WebTicket_Proof_SHA1.txt"
    )));
    // A real client's request, with the unsigned ticket of another pool.
    let body = captured.split("\r\n\r\n").nth(1).unwrap();
    let response = raw::over_tls(&pool, &raw::post(CERT_PATH, &[("SOAPAction", &action)], body)).await;
    assert!(is_soap_fault(&response), "{}", response.head);
    assert!(response.text().contains("<ErrorId>28072</ErrorId>"), "{}", response.text());
    // And one without any ticket.
    let naked = messages::issue_token();
    let response = raw::over_tls(&pool, &raw::post(CERT_PATH, &[("SOAPAction", &action)], &naked)).await;
    assert!(response.text().contains("<ErrorId>28020</ErrorId>"), "{}", response.text());
    the_next_phone_signs_in(&pool).await;
}
