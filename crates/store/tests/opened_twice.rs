//! Two processes of a split pool share one store, and may open it at the same moment.

#![expect(clippy::unwrap_used, reason = "clippy does not see that helpers of tests are tests")]

use lync_model::{Clock, SipUri, User};
use lync_store::{HashCost, Store, StoreLocation};
use std::path::PathBuf;
use tokio::task::JoinSet;

async fn open(path: PathBuf) -> Store {
    Store::open_with_cost(&StoreLocation::Kept(path), Clock::system(), HashCost::Cheapest).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_store_is_made_once_however_many_open_it() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pool.db");
        let mut all = JoinSet::new();
        for n in 0..4 {
            let path = path.clone();
            all.spawn(async move {
                let store = open(path).await;
                let sip_uri: SipUri = format!("sip:user{n}@litwareinc.com").parse().unwrap();
                let user = User {
                    sip_uri,
                    display_name: "x".to_owned(),
                    line_uri: None,
                    enabled: true,
                    enterprise_voice: true,
                    pin_set_at: None,
                };
                store.add_user(&user).await.unwrap();
                store.close().await;
            });
        }
        all.join_all().await;
        assert_eq!(open(path).await.users().await.unwrap().len(), 4);
    }
}
