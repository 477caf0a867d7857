//! Accounts: added, changed, found, removed.

use super::*;
use crate::{Replacement, testing::Pool};
use lync_model::ports::AccountDirectory;
use lync_model::{AccountError, PasswordError, SipUri, User};

const PASSWORD: &str = "Passw0rd!";

fn pilar() -> Account {
    Account {
        sam_account_name: "Pilar".to_owned(),
        user_principal_name: "pilar.ackerman@litwareinc.com".to_owned(),
        display_name: "Pilar Ackerman".to_owned(),
        state: AccountState::Good,
        has_password: false,
        sip_uri: None,
    }
}

async fn in_domain() -> Pool {
    let Pool { store, clock } = Pool::open().await;
    Pool { store: store.with_domain("LITWAREINC", "litwareinc.com"), clock }
}

async fn account(pool: &Pool, name: &str) -> Option<Account> {
    pool.store.account(name).await.unwrap()
}

async fn nt_hash(pool: &Pool, user: &str) -> Option<NtHash> {
    pool.store.find_account(user, "").await.unwrap().unwrap().nt_hash
}

#[tokio::test]
async fn an_account_is_found_by_each_of_its_names_in_any_case() {
    let pool = in_domain().await;
    pool.store.add_account(&pilar(), None).await.unwrap();
    for name in [
        "Pilar",
        "PILAR",
        "litwareinc\\pilar",
        "LitwareInc.com\\Pilar",
        "pilar.ackerman@litwareinc.com",
        "Pilar.Ackerman@LITWAREINC.COM",
    ] {
        assert_eq!(account(&pool, name).await, Some(pilar()), "{name}");
    }
    for name in ["", "pila", "pilar2", "CONTOSO\\pilar", "\\pilar", "pilar@litwareinc.com", "pilar.ackerman"]
    {
        assert_eq!(account(&pool, name).await, None, "{name}");
    }
    assert_eq!(pool.store.accounts().await.unwrap(), [pilar()]);
}

#[tokio::test]
async fn case_is_folded_beyond_ascii() {
    let pool = Pool::open().await;
    let jurgen = Account { sam_account_name: "JÜRGEN".to_owned(), ..pilar() };
    pool.store.add_account(&jurgen, None).await.unwrap();
    assert_eq!(account(&pool, "jürgen").await, Some(jurgen));
}

#[tokio::test]
async fn a_sigma_at_the_end_is_the_same_in_any_case() {
    let pool = Pool::open().await;
    let with = |sam: &str, upn: &str| Account {
        sam_account_name: sam.to_owned(),
        user_principal_name: format!("{upn}@litwareinc.com"),
        ..pilar()
    };
    pool.store.add_account(&with("ΑΣ", "a"), None).await.unwrap();
    for (number, same) in ["ασ", "ας"].into_iter().enumerate() {
        let refused = pool.store.add_account(&with(same, &number.to_string()), None).await;
        assert!(matches!(refused, Err(StoreError::AccountExists(_))), "{same}");
        assert_eq!(account(&pool, same).await.unwrap().sam_account_name, "ΑΣ");
    }
}

#[tokio::test]
async fn a_name_is_given_once_in_whatever_case() {
    let pool = Pool::open().await;
    pool.store.add_account(&pilar(), None).await.unwrap();
    let same_sam = Account {
        sam_account_name: "PILAR".to_owned(),
        user_principal_name: "other@litwareinc.com".to_owned(),
        ..pilar()
    };
    let same_upn = Account {
        sam_account_name: "other".to_owned(),
        user_principal_name: "PILAR.ackerman@litwareinc.com".to_owned(),
        ..pilar()
    };
    for (taken, name) in [(same_sam, "PILAR"), (same_upn, "PILAR.ackerman@litwareinc.com")] {
        let refused = pool.store.add_account(&taken, None).await;
        assert!(matches!(&refused, Err(StoreError::AccountExists(found)) if found == name), "{refused:?}");
    }
    assert_eq!(pool.store.accounts().await.unwrap(), [pilar()]);
}

#[tokio::test]
async fn what_no_account_can_have_is_refused_and_changes_nothing() {
    let pool = Pool::open().await;
    let odd = Account { sam_account_name: "a\\b".to_owned(), ..pilar() };
    let refused = pool.store.add_account(&odd, None).await;
    assert!(matches!(refused, Err(StoreError::Account(AccountError::SamAccountName))));
    let refused = pool.store.add_account(&pilar(), Some("")).await;
    assert!(matches!(refused, Err(StoreError::Password(PasswordError::Empty))));
    assert_eq!(pool.store.accounts().await.unwrap(), []);

    pool.store.add_account(&pilar(), Some(PASSWORD)).await.unwrap();
    let refused = pool.store.set_password("pilar", Some(&"x".repeat(257))).await;
    assert!(matches!(refused, Err(StoreError::Password(PasswordError::TooLong))));
    assert_eq!(nt_hash(&pool, "pilar").await, Some(NtHash::of_password(PASSWORD)));
}

#[tokio::test]
async fn a_password_is_set_changed_and_taken_away() {
    let pool = Pool::open().await;
    pool.store.add_account(&pilar(), None).await.unwrap();
    assert_eq!(nt_hash(&pool, "pilar").await, None);
    for password in [PASSWORD, "other"] {
        pool.store.set_password("PILAR", Some(password)).await.unwrap();
        assert_eq!(nt_hash(&pool, "pilar").await, Some(NtHash::of_password(password)));
        assert!(account(&pool, "pilar").await.unwrap().has_password);
    }
    pool.store.set_password("pilar", None).await.unwrap();
    assert_eq!(account(&pool, "pilar").await, Some(pilar()));
}

#[tokio::test]
async fn a_new_password_mends_an_expired_one_and_no_other_state() {
    let pool = Pool::open().await;
    pool.store.add_account(&pilar(), Some(PASSWORD)).await.unwrap();
    for state in AccountState::ALL {
        let update = AccountUpdate { state: Some(state), ..AccountUpdate::default() };
        pool.store.update_account("pilar", &update).await.unwrap();
        pool.store.set_password("pilar", None).await.unwrap();
        assert_eq!(account(&pool, "pilar").await.unwrap().state, state, "none is no new one");
        pool.store.set_password("pilar", Some("other")).await.unwrap();
        let after = if state == AccountState::PasswordExpired { AccountState::Good } else { state };
        assert_eq!(account(&pool, "pilar").await.unwrap().state, after);
    }
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let pool = Pool::open().await;
    pool.store.add_account(&pilar(), Some(PASSWORD)).await.unwrap();
    let locked = AccountUpdate { state: Some(AccountState::LockedOut), ..AccountUpdate::default() };
    let after = pool.store.update_account("pilar", &locked).await.unwrap();
    assert_eq!(after, Account { state: AccountState::LockedOut, has_password: true, ..pilar() });
    let names = AccountUpdate {
        display_name: Some("P. A.".to_owned()),
        user_principal_name: Some("pa@litwareinc.com".to_owned()),
        state: None,
    };
    let after = pool.store.update_account("pilar", &names).await.unwrap();
    assert_eq!(account(&pool, "pa@litwareinc.com").await, Some(after.clone()));
    assert_eq!((after.display_name.as_str(), after.state), ("P. A.", AccountState::LockedOut));
    assert_eq!(account(&pool, "pilar.ackerman@litwareinc.com").await, None);
    assert_eq!(nt_hash(&pool, "pilar").await, Some(NtHash::of_password(PASSWORD)));

    pool.add("kenmyer", None).await;
    let taken = AccountUpdate {
        user_principal_name: Some("KenMyer@litwareinc.com".to_owned()),
        ..AccountUpdate::default()
    };
    let refused = pool.store.update_account("pilar", &taken).await;
    assert!(matches!(refused, Err(StoreError::AccountExists(_))));
    assert_eq!(account(&pool, "pilar").await, Some(after));
}

#[tokio::test]
async fn account_and_user_have_one_display_name() {
    let pool = Pool::open().await;
    let ken = pool.add("kenmyer", None).await;
    let update = AccountUpdate { display_name: Some("Ken".to_owned()), ..AccountUpdate::default() };
    pool.store.update_account("kenmyer", &update).await.unwrap();
    assert_eq!(pool.store.user(&ken).await.unwrap().unwrap().display_name, "Ken");
    let user = User { display_name: "K. Myer".to_owned(), ..Pool::user("kenmyer", None) };
    pool.store.update_user(&user).await.unwrap();
    assert_eq!(account(&pool, "kenmyer").await.unwrap().display_name, "K. Myer");
}

#[tokio::test]
async fn a_user_who_is_added_gets_an_account_named_after_the_address() {
    let pool = Pool::open().await;
    pool.add("o'neil+desk", None).await;
    let made = account(&pool, "o'neil_desk").await.unwrap();
    assert_eq!(made.user_principal_name, "o'neil+desk@litwareinc.com");
    assert_eq!((made.has_password, made.state), (false, AccountState::Good));
    assert_eq!(made.sip_uri, Some(Pool::sip("o'neil+desk")));
}

#[tokio::test]
async fn a_name_that_somebody_has_gets_a_number() {
    let pool = Pool::open().await;
    let theirs = Account { user_principal_name: "kenmyer@litwareinc.com".to_owned(), ..pilar() };
    pool.store.add_account(&theirs, None).await.unwrap();
    let mut names = Vec::new();
    for address in ["sip:pilar@litwareinc.com", "sip:pilar@contoso.test", "sip:kenmyer@litwareinc.com"] {
        let user = User { sip_uri: address.parse().unwrap(), ..Pool::user("x", None) };
        pool.store.add_user(&user).await.unwrap();
        let made = pool.store.account_of(&user.sip_uri).await.unwrap().unwrap();
        names.push((made.sam_account_name, made.user_principal_name));
    }
    let expected = [
        ("pilar2", "pilar@litwareinc.com"),
        ("pilar3", "pilar@contoso.test"),
        ("kenmyer", "kenmyer2@litwareinc.com"),
    ];
    assert_eq!(names, expected.map(|(sam, upn)| (sam.to_owned(), upn.to_owned())));
}

#[tokio::test]
async fn with_an_account_goes_the_lync_user_and_the_other_way_round() {
    let pool = Pool::open().await;
    let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
    pool.publish("kenmyer", "{a}", b"der").await;
    pool.store.remove_account("kenmyer").await.unwrap();
    assert_eq!(pool.store.user(&ken).await.unwrap(), None);
    assert!(pool.sign_in("1219", "07129").await.is_err());
    for table in ["users", "pins", "certificates", "accounts"] {
        let count =
            sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")));
        assert_eq!(count.fetch_one(&pool.store.database.read).await.unwrap(), 0, "{table}");
    }

    let ken = pool.add("kenmyer", None).await;
    pool.store.remove_user(&ken).await.unwrap();
    assert_eq!(pool.store.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn nobody_has_no_account() {
    let store = Pool::open().await.store;
    let nobody: SipUri = Pool::sip("nobody");
    let answers = [
        store.update_account("nobody", &AccountUpdate::default()).await.map(drop),
        store.remove_account("nobody").await,
        store.set_password("nobody", Some(PASSWORD)).await,
        store.enable_user("nobody", &Pool::user("nobody", None)).await,
    ];
    for answer in answers {
        assert!(matches!(&answer, Err(StoreError::NoSuchAccount(name)) if name == "nobody"), "{answer:?}");
    }
    assert_eq!(store.account_of(&nobody).await.unwrap(), None);
    assert_eq!(store.users().await.unwrap(), []);
}

#[tokio::test]
async fn an_account_that_was_stored_comes_back_over_the_one_of_its_name() {
    let pool = Pool::open().await;
    let ken = pool.add("kenmyer", None).await;
    pool.store.set_password("kenmyer", Some(PASSWORD)).await.unwrap();
    pool.store.add_account(&pilar(), Some(PASSWORD)).await.unwrap();
    let before = pool.store.stored_accounts().await.unwrap();
    assert!(!format!("{before:?}").contains(&format!("{:?}", NtHash::of_password(PASSWORD).expose())));

    pool.store.set_password("kenmyer", None).await.unwrap();
    let locked = AccountUpdate { state: Some(AccountState::Disabled), ..AccountUpdate::default() };
    pool.store.update_account("kenmyer", &locked).await.unwrap();
    pool.store.remove_account("pilar").await.unwrap();
    let wish = Replacement { accounts: before.clone(), ..Replacement::default() };
    pool.store.replace::<StoreError>(|_| Ok(wish)).await.unwrap();
    assert_eq!(pool.store.stored_accounts().await.unwrap(), before);
    assert_eq!(pool.store.account_of(&ken).await.unwrap().unwrap().sam_account_name, "kenmyer");
}

#[tokio::test]
async fn the_directory_knows_accounts_of_its_domain_alone() {
    let pool = in_domain().await;
    pool.store.add_account(&pilar(), Some(PASSWORD)).await.unwrap();
    for (user, domain) in [
        ("pilar", "LITWAREINC"),
        ("PILAR", "litwareinc"),
        ("pilar", "LitwareInc.com"),
        ("pilar", ""),
        ("Pilar.Ackerman@litwareinc.com", ""),
    ] {
        let found = pool.store.find_account(user, domain).await.unwrap().unwrap();
        assert_eq!(found.sam_account_name, "Pilar", "{user} of {domain}");
        assert_eq!(found.nt_hash, Some(NtHash::of_password(PASSWORD)));
        assert_eq!((found.state, found.user), (AccountState::Good, None));
    }
    for (user, domain) in [
        ("pilar", "CONTOSO"),
        ("pilar.ackerman@litwareinc.com", "LITWAREINC"),
        ("LITWAREINC\\pilar", ""),
        ("", ""),
        ("", "LITWAREINC"),
    ] {
        assert!(pool.store.find_account(user, domain).await.unwrap().is_none(), "{user} of {domain}");
    }
}

#[tokio::test]
async fn the_directory_names_the_lync_user_while_it_is_enabled() {
    let pool = in_domain().await;
    let ken = pool.add("kenmyer", None).await;
    let user = async || pool.store.find_account("kenmyer", "").await.unwrap().unwrap().user;
    assert_eq!(user().await, Some(ken.clone()));
    let disabled = User { enabled: false, ..Pool::user("kenmyer", None) };
    pool.store.update_user(&disabled).await.unwrap();
    assert_eq!(user().await, None);
    pool.store.disable_user(&ken).await.unwrap();
    assert_eq!(user().await, None);
}

#[tokio::test]
async fn a_removed_accounts_number_is_never_anothers() {
    let pool = Pool::open().await;
    let id = async || pool.store.find_account("pilar", "").await.unwrap().unwrap().id;
    pool.store.add_account(&pilar(), Some(PASSWORD)).await.unwrap();
    let first = id().await;
    let renamed = AccountUpdate {
        user_principal_name: Some("pa@litwareinc.com".to_owned()),
        ..AccountUpdate::default()
    };
    pool.store.update_account("pilar", &renamed).await.unwrap();
    assert_eq!(id().await, first, "another name, the same account");
    pool.store.remove_account("pilar").await.unwrap();
    pool.store.add_account(&pilar(), Some(PASSWORD)).await.unwrap();
    assert_ne!(id().await, first, "the same names, another account");
}

#[tokio::test]
async fn the_directory_tells_a_disabled_user_from_none() {
    let pool = Pool::open().await;
    pool.store.add_account(&pilar(), None).await.unwrap();
    pool.add("kenmyer", None).await;
    for enabled in [true, false] {
        let user = User { enabled, ..Pool::user("kenmyer", None) };
        pool.store.update_user(&user).await.unwrap();
        let ken = pool.store.find_account("kenmyer", "").await.unwrap().unwrap();
        assert_eq!((ken.user.is_some(), ken.user_disabled), (enabled, !enabled));
    }
    let nobodys = pool.store.find_account("pilar", "").await.unwrap().unwrap();
    assert_eq!((nobodys.user, nobodys.user_disabled), (None, false));
}
