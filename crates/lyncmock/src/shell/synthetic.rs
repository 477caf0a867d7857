//! Test-CsPhoneBootstrap and Test-CsClientAuthentication: sign-ins by the client half, as cmdlets.

mod definitions;
mod output;

use super::reach::{Aimed, Reach, Target, UNAVAILABLE, wrong_usage};
use async_trait::async_trait;
use lync_model::{Evidence, Pin, SipUri};
use lync_phone::{Dialect, Line, SignIn, SyntheticTransaction, TaskOutput, TaskResult, transcript};
use lync_powershell::{Arguments, Cmdlet, Definition, ErrorRecord, Session, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// How the last sign-in ended, for whoever has to turn it into an exit code.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// It was tried, and this came of it.
    Tried(Box<TaskOutput>),
    /// It could not be tried.
    Unavailable,
}

impl Ending {
    /// Whether somebody signed in.
    pub(crate) fn is_success(&self) -> bool {
        matches!(self, Self::Tried(output) if output.result == TaskResult::Success)
    }
}

/// What both cmdlets share.
pub(crate) struct Synthetic {
    reach: Reach,
    dialect: Dialect,
    last: Mutex<Option<Ending>>,
}

impl Synthetic {
    /// Sign-ins that go where `reach` says, printed in this dialect.
    pub(crate) fn new(reach: Reach, dialect: Dialect) -> Self {
        Self { reach, dialect, last: Mutex::new(None) }
    }

    /// How the last one ended; `None` where none was begun, as after wrong usage.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ended(&self, ending: Ending) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
    }

    /// Signs in, tells the steps on the verbose stream, and answers with the TaskOutput.
    async fn run(
        &self,
        transaction: SyntheticTransaction,
        sign_in: SignIn,
        arguments: &Arguments,
        session: &mut Session<'_>,
    ) -> Result<Vec<Value>, ErrorRecord> {
        let target = Target { fqdn: arguments.text("TargetFqdn"), uri: arguments.text("TargetUri") };
        let aimed = self.reach.aim(sign_in, target).await;
        let Aimed { sign_in, note, root, clock } = aimed.inspect_err(|error| {
            if error.id == UNAVAILABLE {
                self.ended(Ending::Unavailable);
            }
        })?;
        if let Some(note) = note {
            session.verbose(&note);
        }
        let report = sign_in.run().await;
        if let (Some(root), Ok(signed_in)) = (root, &report.outcome)
            && !signed_in.chain.contains(&root)
        {
            session.warning(
                "lyncmock: this was another pool than the session's: the root certificate of the session's is not in \
                 the chain that was downloaded.",
            );
        }
        let lines = transcript(&report, sign_in.credentials());
        for line in &lines {
            session.verbose(&labelled(line));
        }
        if let Some(name) = arguments.text("OutVerboseVariable") {
            session
                .set_variable(name, lines.iter().map(|line| Value::from(labelled(line))).collect::<Vec<_>>());
        }
        if let Some(name) = arguments.text("OutLoggerVariable") {
            session.set_variable(name, output::logger(transaction, &report, &sign_in, clock.now()));
        }
        let output = TaskOutput::of(transaction, &report);
        for text in output.inferred() {
            session.warning(&format!("lyncmock: this text is inferred, and not known to be Lync's: {text}"));
        }
        let shown = output::object(&output, self.dialect);
        self.ended(Ending::Tried(Box::new(output)));
        Ok(vec![shown.into()])
    }
}

/// Says of a line whose wording is not public that it is lyncmock's.
fn labelled(line: &Line) -> String {
    let label = if line.evidence == Evidence::Inferred { "   [inferred]" } else { "" };
    format!("{}{label}", line.text)
}

/// Both cmdlets.
pub(super) fn cmdlets(synthetic: &Arc<Synthetic>) -> [Arc<dyn Cmdlet>; 2] {
    [Arc::new(PhoneBootstrap(synthetic.clone())), Arc::new(ClientAuthentication(synthetic.clone()))]
}

struct PhoneBootstrap(Arc<Synthetic>);

#[async_trait]
impl Cmdlet for PhoneBootstrap {
    fn definition(&self) -> &'static Definition {
        &definitions::PHONE_BOOTSTRAP
    }

    async fn process(
        &self,
        arguments: &Arguments,
        session: &mut Session<'_>,
    ) -> Result<Vec<Value>, ErrorRecord> {
        let phone_or_ext = arguments.text("PhoneOrExt").unwrap_or_default();
        let pin = Pin::new(arguments.text("PIN").unwrap_or_default());
        let mut sign_in = SignIn::new(phone_or_ext, pin);
        if let Some(user) = user_sip_address(arguments)? {
            sign_in = sign_in.user_sip_address(user);
        }
        self.0.run(SyntheticTransaction::PhoneBootstrap, sign_in, arguments, session).await
    }
}

struct ClientAuthentication(Arc<Synthetic>);

#[async_trait]
impl Cmdlet for ClientAuthentication {
    fn definition(&self) -> &'static Definition {
        &definitions::CLIENT_AUTHENTICATION
    }

    async fn process(
        &self,
        arguments: &Arguments,
        session: &mut Session<'_>,
    ) -> Result<Vec<Value>, ErrorRecord> {
        if arguments.is_on("LiveIdAuthentication") {
            return Err(wrong_usage("There are no Live IDs here, so LiveIdAuthentication is not taken."));
        }
        let Some(Value::Credential(credential)) = arguments.get("UserCredential") else {
            return Err(wrong_usage("UserCredential is none."));
        };
        let mut sign_in = SignIn::windows(credential.user_name.as_str(), credential.expose_password());
        if let Some(user) = user_sip_address(arguments)? {
            sign_in = sign_in.user_sip_address(user);
        }
        self.0.run(SyntheticTransaction::ClientAuthentication, sign_in, arguments, session).await
    }
}

fn user_sip_address(arguments: &Arguments) -> Result<Option<SipUri>, ErrorRecord> {
    let given = arguments.text("UserSipAddress").map(str::parse::<SipUri>).transpose();
    given.map_err(|error| wrong_usage(format!("Cannot use UserSipAddress: {error}.")))
}
