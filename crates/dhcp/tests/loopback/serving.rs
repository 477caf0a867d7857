//! Answers, drops, and the end.

use super::*;
use lync_dhcp::{BindError, DropReason};

#[tokio::test]
async fn an_inform_is_answered_to_the_port_from_which_it_came() {
    let socket = bind(FIRST);
    let address = socket.local_addr();
    let server = Server::start(vec![socket]);
    let (reply, from) = exchange(&client().await, address).await;
    assert_eq!(from, SocketAddr::from(address));
    assert_eq!(reply[240..249], [53, 1, 5, 54, 4, 127, 0, 0, 1]);
    assert!(contains(&reply, b"\x03\x19atl-cs-001.litwareinc.com"));
    let counters = server.stop().await;
    assert_eq!((counters.answered(), counters.received()), (1, 1));
}

#[tokio::test]
async fn each_of_several_sockets_answers_from_its_own_address() {
    let sockets = vec![bind(FIRST), bind(SECOND)];
    let addresses: Vec<_> = sockets.iter().map(DhcpSocket::local_addr).collect();
    let server = Server::start(sockets);
    let client = client().await;
    for address in addresses {
        let (reply, from) = exchange(&client, address).await;
        assert_eq!(from, SocketAddr::from(address));
        assert_eq!(reply[245..249], address.ip().octets());
    }
    assert_eq!(server.stop().await.answered(), 2);
}

#[tokio::test]
async fn a_socket_of_an_interface_answers_from_the_address_that_was_asked() {
    let socket = DhcpSocket::bind_interface("lo", 0).unwrap();
    assert_eq!(*socket.local_addr().ip(), Ipv4Addr::UNSPECIFIED);
    let port = socket.local_addr().port();
    let server = Server::start(vec![socket]);
    let client = client().await;
    for asked in [FIRST, SECOND, Ipv4Addr::new(127, 9, 9, 9)] {
        let (reply, from) = exchange(&client, SocketAddrV4::new(asked, port)).await;
        assert_eq!(from, SocketAddr::from((asked, port)));
        assert_eq!(reply[245..249], asked.octets());
    }
    assert_eq!(server.stop().await.answered(), 3);
}

#[tokio::test]
async fn a_broadcast_on_an_interface_is_answered_from_its_address() {
    let socket = DhcpSocket::bind_interface("lo", 0).unwrap();
    let port = socket.local_addr().port();
    let server = Server::start(vec![socket]);
    let client = client().await;
    client.set_broadcast(true).unwrap();
    let (reply, from) = exchange(&client, SocketAddrV4::new(Ipv4Addr::new(127, 255, 255, 255), port)).await;
    assert_eq!(from, SocketAddr::from((FIRST, port)));
    assert_eq!(reply[245..249], FIRST.octets());
    server.stop().await;
}

#[tokio::test]
async fn garbage_is_counted_and_the_next_phone_is_answered() {
    let socket = bind(FIRST);
    let address = socket.local_addr();
    let server = Server::start(vec![socket]);
    let client = client().await;
    let mut hardware = inform();
    hardware[2] = 200;
    let garbage = [vec![], vec![1; 100], hardware, vec![1; 1473], vec![1; 60_000], inform()[..250].to_vec()];
    for datagram in &garbage {
        client.send_to(datagram, address).await.unwrap();
    }
    exchange(&client, address).await;
    let counters = server.stop().await;
    assert_eq!(counters.dropped(DropReason::TooShort), 2);
    assert_eq!(counters.dropped(DropReason::HardwareAddressLength), 1);
    assert_eq!(counters.dropped(DropReason::TooLong), 2);
    assert_eq!(counters.dropped(DropReason::CutOption), 1);
    assert_eq!((counters.answered(), counters.received()), (1, 7));
}

#[tokio::test]
async fn options_are_replaced_while_serving() {
    let socket = bind(FIRST);
    let address = socket.local_addr();
    let server = Server::start(vec![socket]);
    let client = client().await;
    assert!(contains(&exchange(&client, address).await.0, b"atl-cs-001.litwareinc.com"));
    server.registrar.replace_options(&options("pool.contoso.test"));
    let (reply, _) = exchange(&client, address).await;
    assert!(contains(&reply, b"\x03\x11pool.contoso.test"));
    assert!(contains(&reply, b"\x00\x04pool\x07contoso\x04test\x00"));
    assert!(!contains(&reply, b"litwareinc"));
    server.stop().await;
}

#[tokio::test]
async fn the_port_is_free_again_after_shutdown() {
    let socket = bind(FIRST);
    let address = socket.local_addr();
    assert!(matches!(DhcpSocket::bind_address(address), Err(BindError::System { .. })));
    Server::start(vec![socket]).stop().await;
    assert!(DhcpSocket::bind_address(address).is_ok());
}

#[tokio::test]
async fn without_a_socket_serving_lasts_until_shutdown() {
    let server = Server::start(Vec::new());
    tokio::task::yield_now().await;
    assert!(!server.task.is_finished());
    assert_eq!(server.stop().await.received(), 0);
}

#[tokio::test]
async fn a_flood_on_one_socket_does_not_delay_another_or_the_end() {
    let sockets = vec![bind(FIRST), bind(SECOND)];
    let [flooded, quiet] = [sockets[0].local_addr(), sockets[1].local_addr()];
    let server = Server::start(sockets);
    let flooder = std::net::UdpSocket::bind((FIRST, 0)).unwrap();
    let end = CancellationToken::new();
    let ended = end.clone();
    let flood = tokio::task::spawn_blocking(move || {
        while !ended.is_cancelled() {
            let _ = flooder.send_to(&[1; 250], flooded);
        }
    });
    exchange(&client().await, quiet).await;
    let counters = server.stop().await;
    end.cancel();
    flood.await.unwrap();
    assert_eq!(counters.answered(), 1);
}
