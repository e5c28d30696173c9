//! Starting and stopping.

use toss_sim::{Settings, StartError, TossSim};

use crate::shop::{Shop, until};

#[tokio::test]
async fn a_dropped_stand_in_listens_no_longer() {
    let shop = Shop::open().await;
    let address = shop.sim.base_url().trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(shop);
    until("a refused connection", || {
        std::net::TcpStream::connect(&address).is_err()
    })
    .await;
}

#[test]
fn it_works_under_a_runtime_of_another_kind() {
    let sim = actix_web::rt::System::new()
        .block_on(TossSim::start(Settings::default()))
        .unwrap();
    let address = sim.base_url().trim_start_matches("http://").to_owned();
    assert!(
        std::net::TcpStream::connect(address).is_ok(),
        "it outlives the runtime that started it"
    );
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = TossSim::start(Settings {
        port,
        ..Settings::default()
    })
    .await
    .err()
    .unwrap();
    assert!(
        matches!(error, StartError::Listen { .. }) && error.to_string().contains(&port.to_string()),
        "{error}"
    );
    let nobody = TossSim::start(Settings {
        merchants: Vec::new(),
        ..Settings::default()
    })
    .await;
    assert!(matches!(nobody.err(), Some(StartError::NoMerchant)));
}
