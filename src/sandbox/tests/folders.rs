//! Accounts of the mail server, and the folders that each has.

use serde_json::json;

use super::client::{Imap, sandbox, sandbox_with};

const ADA: &str = "ada@onramp.test";

#[tokio::test]
async fn an_account_sees_the_mail_to_it_and_to_its_plus_tags() {
    let (_sandbox, client) = sandbox().await;
    for email in [ADA, "lin@onramp.test", "Ada+one@onramp.test"] {
        client.signup(email).await;
    }
    let mut ada = Imap::of(&client.ready, ADA).await;
    assert_eq!(ada.ok("UID SEARCH ALL").await, ["* SEARCH 1 3"]);
    assert_eq!(ada.ok("SEARCH ALL").await, ["* SEARCH 1 2"]);
    assert_eq!(ada.ok("STATUS INBOX (MESSAGES UIDNEXT)").await, ["* STATUS INBOX (MESSAGES 2 UIDNEXT 4)"]);
    let mut lin = Imap::of(&client.ready, "LIN@onramp.test").await;
    assert_eq!(lin.ok("STATUS INBOX (MESSAGES UIDNEXT)").await, ["* STATUS INBOX (MESSAGES 1 UIDNEXT 3)"]);
    assert_eq!(lin.ok("UID FETCH 1 FLAGS").await, [""; 0], "that is the mail of another");
    lin.ok("SELECT INBOX").await;
    lin.ok("UID STORE 1:* +FLAGS (\\Deleted)").await;
    lin.ok("EXPUNGE").await;
    assert_eq!(client.inbox().await.ok("UID SEARCH ALL").await, ["* SEARCH 1 3"]);
    lin.say("i IDLE").await;
    assert!(lin.line().await.starts_with('+'));
    client.signup("bo@onramp.test").await;
    client.signup("lin+x@onramp.test").await;
    assert_eq!(lin.line().await, "* 1 EXISTS", "and nothing of what others got");
}

#[tokio::test]
async fn an_unknown_user_is_refused_as_a_wrong_password_is() {
    let (_sandbox, client) = sandbox().await;
    let password = url::Url::parse(&client.ready.mailbox).unwrap().password().unwrap().to_owned();
    let mut imap = Imap::connect(&client.ready).await;
    for login in [format!("{ADA} wrong"), format!("ada {password}"), format!("ada+x@onramp.test {password}")] {
        assert!(imap.refused(&format!("LOGIN {login}")).await.starts_with("NO [AUTHENTICATIONFAILED]"), "{login}");
    }
    assert!(imap.refused("AUTHENTICATE XOAUTH2 dGVzdA==").await.starts_with("NO"));
    imap.ok(&format!("LOGIN {ADA} {password}")).await;
    assert!(imap.refused(&format!("LOGIN {ADA} {password}")).await.starts_with("BAD"));
}

#[tokio::test]
async fn mail_marked_as_spam_lands_in_the_junk_folder() {
    let (_sandbox, client) = sandbox_with(json!([{ "on": "signup", "fault": "mail-junk", "times": 1 }])).await;
    client.signup(ADA).await;
    client.signup("lin@onramp.test").await;
    let mut imap = Imap::of(&client.ready, ADA).await;
    assert_eq!(imap.ok("UID SEARCH ALL").await, ["* SEARCH"]);
    assert_eq!(imap.ok("STATUS INBOX (UIDNEXT)").await, ["* STATUS INBOX (UIDNEXT 1)"]);
    let junk = "* LIST (\\HasNoChildren \\Junk) \"/\" Junk";
    assert_eq!(imap.ok("LIST \"\" *").await, ["* LIST (\\HasNoChildren) \"/\" INBOX", junk]);
    assert_eq!(imap.ok("LIST (SPECIAL-USE) \"\" \"*\"").await, [junk]);
    assert_eq!(imap.ok("LIST \"\" \"J%\" RETURN (SPECIAL-USE)").await, [junk]);
    assert_eq!(imap.ok("LIST \"\" \"\"").await, ["* LIST (\\Noselect) \"/\" \"\""]);
    imap.ok("EXAMINE Junk").await;
    let header = imap.ok("UID FETCH 1 BODY.PEEK[HEADER.FIELDS (X-Spam-Flag)]").await.concat();
    assert!(header.contains("X-Spam-Flag: YES"), "{header}");
    assert!(imap.refused("CREATE Mine").await.contains("[CANNOT]"));
}

#[tokio::test]
async fn what_is_moved_is_told_where_it_went_and_what_is_copied_stays() {
    let (_sandbox, client) = sandbox().await;
    client.signup(ADA).await;
    client.signup(ADA.replace('@', "+a@").as_str()).await;
    let mut imap = Imap::of(&client.ready, ADA).await;
    assert!(imap.refused("UID MOVE 1 Junk").await.contains("read-only"));
    imap.ok("SELECT INBOX").await;
    let (_, copied) = imap.command("UID COPY 1:* Junk").await;
    assert!(copied.starts_with("OK [COPYUID 1795348800 1:2 3:4]"), "{copied}");
    let (told, _) = imap.command("MOVE 1 Junk").await;
    assert!(told[0].starts_with("* OK [COPYUID 1795348800 1 5]") && told[1] == "* 1 EXPUNGE", "{told:?}");
    assert!(imap.refused("COPY 1 Elsewhere").await.contains("[NONEXISTENT]"));
    assert_eq!(imap.ok("STATUS Junk (MESSAGES UIDNEXT)").await, ["* STATUS Junk (MESSAGES 3 UIDNEXT 6)"]);
    assert_eq!(imap.ok("UID SEARCH ALL").await, ["* SEARCH 2"]);
}

#[tokio::test]
async fn what_is_no_command_is_answered_with_its_tag() {
    let (_sandbox, client) = sandbox().await;
    let mut imap = client.inbox().await;
    assert!(imap.refused("NONSENSE").await.starts_with("BAD"));
    assert!(imap.refused("LIST (SPECIAL-USE)").await.starts_with("BAD"));
    imap.ok("NOOP").await;
}
