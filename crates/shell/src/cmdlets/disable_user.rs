//! Disable-CsUser.

use super::{cmdlet, get_user};
use crate::directory::Directory;
use crate::parameters::{DOMAIN_CONTROLLER, PASS_THRU, USER};
use crate::{Deployment, refusal, targets};
use lync_model::SipUri;
use lync_powershell::{Arguments, Definition, ErrorRecord, Session, Value};

cmdlet!(DisableCsUser, DEFINITION, run);

const DEFINITION: Definition = Definition {
    name: "Disable-CsUser",
    aliases: &[],
    synopsis: "Takes a user out of Lync Server.",
    description: "Takes everything of Lync from the account: address, line, PIN, certificates, policies. The account \
                  stays. To keep the data and forbid signing in, use Set-CsUser -Enabled $False. With -PassThru the \
                  user is given as it was before (inferred).",
    parameters: &[USER, PASS_THRU, DOMAIN_CONTROLLER],
    examples: &["Disable-CsUser -Identity \"Ken Myer\""],
    should_process: true,
};

async fn run(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    let mut passed = Vec::new();
    for user in targets::users(deployment, arguments).await? {
        if !session.should_process(user.as_str(), DEFINITION.name).await? {
            continue;
        }
        let before = pass_thru(deployment, arguments, &user).await?;
        match deployment.disable_user(&user).await {
            Ok(()) => passed.extend(before),
            Err(error) => session.write_error(refusal::of_user(error, user.as_str())),
        }
    }
    Ok(passed)
}

/// The user as an object, if `-PassThru` asks for it.
///
/// # Errors
/// The deployment does not answer.
pub(super) async fn pass_thru(
    deployment: &dyn Deployment,
    arguments: &Arguments,
    user: &SipUri,
) -> Result<Option<Value>, ErrorRecord> {
    if !arguments.is_on("PassThru") {
        return Ok(None);
    }
    let directory = Directory::read(deployment).await?;
    let found = directory.user_at(user);
    Ok(found.map(|found| get_user::object(found, &directory).into()))
}
