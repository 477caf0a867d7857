//! Two processes of a split pool share one store, and may open it at the same moment.

#![expect(clippy::unwrap_used, reason = "clippy does not see that helpers of tests are tests")]

use lync_model::{Clock, SipUri, User};
use lync_store::{HashCost, Store, StoreError, StoreLocation};
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

/// As two processes do that each set a field of their own of one setting.
#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_a_setting_is_lost_to_another_process() {
    const CHANGES: usize = 50;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pool.db");
    let mut both = JoinSet::new();
    for own in ["a", "b"] {
        let path = path.clone();
        both.spawn(async move {
            let store = open(path).await;
            for _ in 0..CHANGES {
                let add = |there: Option<&str>| {
                    Ok::<_, StoreError>(Some(format!("{}{own}", there.unwrap_or_default())))
                };
                store.change_setting("web", add).await.unwrap();
            }
            store.close().await;
        });
    }
    both.join_all().await;
    let kept = open(path).await.setting("web").await.unwrap().unwrap();
    assert_eq!(kept.len(), 2 * CHANGES);
    assert_eq!(kept.matches('a').count(), CHANGES);
}
