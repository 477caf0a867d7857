//! Get-CsUCPhoneConfiguration.

use super::cmdlet;
use crate::parameters::{FILTER, LOCAL_STORE, SCOPE, TENANT};
use crate::{Deployment, settings};
use lync_powershell::{Arguments, Definition, ErrorRecord, Object, Session, Value, View};
use time::Duration;

cmdlet!(GetCsUCPhoneConfiguration, GET, get);

const GET: Definition = Definition {
    name: "Get-CsUCPhoneConfiguration",
    aliases: &[],
    synopsis: "Shows the settings that phones get when they have signed in.",
    description: "Shows the values of the documentation's sample, in its order. They cannot be changed here, and no \
                  phone is sent them: that would be in-band provisioning over SIP. MinPhonePinLength is about the PIN \
                  that unlocks a phone, which is not the PIN that signs in.",
    parameters: &[SCOPE, FILTER, LOCAL_STORE, TENANT],
    examples: &["Get-CsUCPhoneConfiguration"],
    should_process: false,
};

async fn get(
    _deployment: &dyn Deployment,
    arguments: &Arguments,
    _session: &mut Session<'_>,
) -> Result<Vec<Value>, ErrorRecord> {
    if !settings::global_is_meant(arguments, "phone settings")? {
        return Ok(Vec::new());
    }
    let shown = Object::new("Microsoft.Rtc.Management.WritableConfig.Policy.Voice.UcPhoneSettings")
        .with("Identity", "Global")
        .with("CalendarPollInterval", Duration::minutes(3))
        .with("EnforcePhoneLock", true)
        .with("PhoneLockTimeout", Duration::minutes(10))
        .with("MinPhonePinLength", 6)
        .with("SIPSecurityMode", "High")
        .with("VoiceDiffServTag", 40)
        .with("Voice8021p", 0)
        .with("LoggingLevel", "Off")
        .shown_as(View::List);
    Ok(vec![shown.into()])
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, run};
    use expect_test::expect;
    use std::sync::Arc;

    #[tokio::test]
    async fn the_settings_look_as_in_the_documentation() {
        let lab = Arc::new(Lab::new());
        expect![[r#"


            Identity             : Global
            CalendarPollInterval : 00:03:00
            EnforcePhoneLock     : True
            PhoneLockTimeout     : 00:10:00
            MinPhonePinLength    : 6
            SIPSecurityMode      : High
            VoiceDiffServTag     : 40
            Voice8021p           : 0
            LoggingLevel         : Off



        "#]]
        .assert_eq(&run(&lab, "Get-CsUCPhoneConfiguration").await.text);
        assert_eq!(run(&lab, "Get-CsUCPhoneConfiguration -Filter site:*").await.text, "");
    }
}
