//! A terminal in memory, and cmdlets with users to work on.

use async_trait::async_trait;
use lync_powershell::{
    Arguments, Cmdlet, Definition, ErrorRecord, Host, Kind, Object, Parameter, Pipeline, Session, Shell,
    Stream, Value, View,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// What was written, and what will be answered.
#[derive(Default)]
pub(crate) struct Terminal {
    lines: Mutex<Vec<(Stream, String)>>,
    /// `None` where nobody can be asked.
    answers: Mutex<Option<VecDeque<String>>>,
    pub(crate) files: Mutex<BTreeMap<String, String>>,
}

#[async_trait]
impl Host for Terminal {
    fn write(&self, stream: Stream, line: &str) {
        self.lines.lock().unwrap().push((stream, line.to_owned()));
    }

    async fn ask(&self, label: &str, secret: bool) -> Option<String> {
        let answer = self.answers.lock().unwrap().as_mut()?.pop_front()?;
        let shown = if secret { "(not shown)" } else { answer.as_str() };
        self.lines.lock().unwrap().push((Stream::Output, format!("{label}: {shown}")));
        Some(answer)
    }

    fn can_ask(&self) -> bool {
        self.answers.lock().unwrap().is_some()
    }

    async fn write_file(&self, path: &str, text: &str, append: bool) -> Result<(), String> {
        if path == "forbidden" {
            return Err("Access to the path 'forbidden' is denied.".to_owned());
        }
        let mut files = self.files.lock().unwrap();
        let file = files.entry(path.to_owned()).or_default();
        if !append {
            file.clear();
        }
        file.push_str(text);
        Ok(())
    }

    fn width(&self) -> usize {
        80
    }

    fn now(&self) -> Option<OffsetDateTime> {
        Some(datetime!(2014-06-05 09:05:00 UTC))
    }
}

/// A shell on a terminal.
pub(crate) struct Screen {
    pub(crate) shell: Shell,
    pub(crate) terminal: Arc<Terminal>,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let terminal = Arc::new(Terminal::default());
        let cmdlets: Vec<Arc<dyn Cmdlet>> = vec![Arc::new(GetUser), Arc::new(SetPin), Arc::new(TestSignIn)];
        Self { shell: Shell::new(terminal.clone(), cmdlets), terminal }
    }

    /// With somebody who answers so.
    pub(crate) fn answering(answers: &[&str]) -> Self {
        let screen = Self::new();
        *screen.terminal.answers.lock().unwrap() =
            Some(answers.iter().map(|answer| (*answer).to_owned()).collect());
        screen
    }

    /// What is shown for these lines; error lines are marked.
    pub(crate) async fn type_in(&mut self, script: &str) -> String {
        self.shell.run(script).await;
        self.shown()
    }

    /// What was shown since it was last asked.
    pub(crate) fn shown(&self) -> String {
        let lines = std::mem::take(&mut *self.terminal.lines.lock().unwrap());
        let mark = |(stream, line): (Stream, String)| match stream {
            Stream::Error if line.is_empty() => "!\n".to_owned(),
            Stream::Error => format!("! {line}\n"),
            Stream::Output | Stream::Verbose | Stream::Warning => format!("{line}\n"),
        };
        lines.into_iter().map(mark).collect()
    }
}

/// What one script shows in a fresh shell.
pub(crate) async fn shows(script: &str) -> String {
    Screen::new().type_in(script).await
}

const IDENTITY: Parameter =
    Parameter::new("Identity", Kind::String, "The user.").at(0).from(Pipeline::Property);

struct GetUser;

#[async_trait]
impl Cmdlet for GetUser {
    fn definition(&self) -> &'static Definition {
        static DEFINITION: Definition = Definition {
            name: "Get-CsUser",
            aliases: &[],
            synopsis: "Shows users.",
            description: "Three users are enough.",
            parameters: &[
                IDENTITY,
                Parameter::new("ResultSize", Kind::Int { min: 1, max: 1000, nullable: true }, "How many."),
                Parameter::new("Enabled", Kind::Bool, "Only those."),
                Parameter::new("Wait", Kind::TimeSpan, "How long."),
                Parameter::new("Order", Kind::Enum(&["Ascending", "Descending"]), "In which order."),
                Parameter::new("Filter", Kind::String, "A condition."),
                Parameter::new("Credential", Kind::Credential, "Taken."),
            ],
            examples: &["Get-CsUser -Identity sip:kenmyer@litwareinc.com"],
            should_process: false,
        };
        &DEFINITION
    }

    async fn process(
        &self,
        arguments: &Arguments,
        session: &mut Session<'_>,
    ) -> Result<Vec<Value>, ErrorRecord> {
        session.verbose("looking for users");
        let wanted = arguments.text("Identity");
        let filter = arguments.text("Filter").map(|text| session.filter(text)).transpose()?;
        let found: Vec<Value> = users()
            .into_iter()
            .filter(|user| filter.as_ref().is_none_or(|filter| filter.matches(user)))
            .filter(|user| wanted.is_none_or(|wanted| is(user, wanted)))
            .map(Value::from)
            .collect();
        match (wanted, found.is_empty()) {
            (Some(wanted), true) => {
                let message = format!("Management object not found for identity \"{wanted}\".");
                Err(ErrorRecord::new("ObjectNotFound", "Identity", message)
                    .of("ManagementException")
                    .about(format!("{wanted}:UserIdParameter"))
                    .going_on())
            }
            _ => Ok(found),
        }
    }
}

fn is(user: &Object, wanted: &str) -> bool {
    let name = wanted.trim_start_matches("sip:");
    ["SipAddress", "DisplayName"].iter().any(|property| {
        matches!(user.get(property), Some(Value::String(text)) if text.trim_start_matches("sip:").eq_ignore_ascii_case(name))
    })
}

fn users() -> Vec<Object> {
    let user = |display: &str, name: &str, line: Option<&str>, voice: bool, pins: i64| {
        Object::new("Microsoft.Rtc.Management.ADConnect.Schema.OCSADUser")
            .with("Identity", format!("CN={display},OU=Redmond,DC=litwareinc,DC=com"))
            .with("DisplayName", display)
            .with("SipAddress", format!("sip:{name}@litwareinc.com"))
            .with("LineURI", line)
            .with("EnterpriseVoiceEnabled", voice)
            .with("Devices", pins)
            .with("Changed", datetime!(2012-09-25 13:35:03 UTC) + Duration::days(pins))
            .with("Policies", vec!["a".into(), "b".into(), "c".into(), "d".into(), "e".into()])
            .with_text(format!("CN={display},OU=Redmond,DC=litwareinc,DC=com"))
    };
    vec![
        user("Ken Myer", "kenmyer", Some("tel:+12065551219"), true, 2),
        user("Pilar Ackerman", "packerman", Some("tel:+12065551220;ext=1220"), false, 11),
        user("Anna Lidman", "alidman", None, true, 0),
    ]
}

struct SetPin;

#[async_trait]
impl Cmdlet for SetPin {
    fn definition(&self) -> &'static Definition {
        static DEFINITION: Definition = Definition {
            name: "Set-CsClientPin",
            aliases: &["scp"],
            synopsis: "Sets a PIN.",
            description: "",
            parameters: &[
                Parameter::new("Identity", Kind::String, "The user.")
                    .at(0)
                    .needed()
                    .from(Pipeline::Property)
                    .also(&["SipAddress"]),
                Parameter::new("Pin", Kind::String, "The PIN.").at(1).hidden(),
                Parameter::new("Length", Kind::Int { min: 4, max: 24, nullable: false }, "Digits.").hidden(),
                Parameter::new("Force", Kind::Switch, "Without asking."),
            ],
            examples: &[],
            should_process: true,
        };
        &DEFINITION
    }

    fn type_name(&self) -> Option<&'static str> {
        Some("Microsoft.Rtc.Management.UserPinService.SetCsClientPin")
    }

    async fn process(
        &self,
        arguments: &Arguments,
        session: &mut Session<'_>,
    ) -> Result<Vec<Value>, ErrorRecord> {
        let identity = arguments.text("Identity").unwrap_or_default();
        if identity == "locked" {
            return Err(
                ErrorRecord::new("InvalidOperation", "Locked", "The PIN is locked.").of("LockedException")
            );
        }
        if session.should_process(identity, "Set-CsClientPin").await? {
            session.warning(&format!("{identity} has a PIN now"));
        }
        Ok(Vec::new())
    }
}

struct TestSignIn;

#[async_trait]
impl Cmdlet for TestSignIn {
    fn definition(&self) -> &'static Definition {
        static DEFINITION: Definition = Definition {
            name: "Test-CsClientAuthentication",
            aliases: &["Test-CsClientAuth"],
            synopsis: "Signs in.",
            description: "",
            parameters: &[
                Parameter::new("UserSipAddress", Kind::String, "The user.").needed().also(&["ua"]),
                Parameter::new("UserCredential", Kind::Credential, "Name and password.")
                    .needed()
                    .also(&["uc"]),
                Parameter::new("OutVerboseVariable", Kind::String, "A variable.").also(&["ovv"]),
                Parameter::new("OutLoggerVariable", Kind::String, "A variable.").also(&["olv"]),
            ],
            examples: &[],
            should_process: false,
        };
        &DEFINITION
    }

    async fn process(
        &self,
        arguments: &Arguments,
        session: &mut Session<'_>,
    ) -> Result<Vec<Value>, ErrorRecord> {
        session.verbose("Trying to get web ticket.");
        if let Some(name) = arguments.text("OutVerboseVariable") {
            let lines = session.verbose_lines().join("\n");
            session.set_variable(name, lines);
        }
        if let Some(name) = arguments.text("OutLoggerVariable") {
            let log = Object::new("Log").with("Steps", 1).with_method("ToHTML", || Value::from("<html/>"));
            session.set_variable(name, log);
        }
        let Some(Value::Credential(credential)) = arguments.get("UserCredential") else {
            return Ok(Vec::new());
        };
        let right = credential.expose_password() == "Passw0rd!";
        let result = if right { "Success" } else { "Failure" };
        let output = Object::new("Microsoft.Rtc.SyntheticTransactions.TaskOutput")
            .with("User", credential.user_name.clone())
            .with("Result", result)
            .with("Text", format!("\nTarget Fqdn : pool\nResult      : {result}\n"))
            .shown_as(View::Text("Text"));
        Ok(vec![output.into()])
    }
}
