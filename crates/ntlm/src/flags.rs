//! NegotiateFlags: [MS-NLMP] 2.2.2.5.

/// NTLMSSP_NEGOTIATE_UNICODE.
pub(crate) const UNICODE: u32 = 0x0000_0001;
/// NTLM_NEGOTIATE_OEM.
pub(crate) const OEM: u32 = 0x0000_0002;
/// NTLMSSP_REQUEST_TARGET.
pub(crate) const REQUEST_TARGET: u32 = 0x0000_0004;
/// NTLMSSP_NEGOTIATE_SIGN.
pub(crate) const SIGN: u32 = 0x0000_0010;
/// NTLMSSP_NEGOTIATE_SEAL.
pub(crate) const SEAL: u32 = 0x0000_0020;
/// NTLMSSP_NEGOTIATE_NTLM.
pub(crate) const NTLM: u32 = 0x0000_0200;
/// Anonymous connection.
pub(crate) const ANONYMOUS: u32 = 0x0000_0800;
/// NTLMSSP_NEGOTIATE_ALWAYS_SIGN.
pub(crate) const ALWAYS_SIGN: u32 = 0x0000_8000;
/// NTLMSSP_TARGET_TYPE_DOMAIN.
pub(crate) const TARGET_TYPE_DOMAIN: u32 = 0x0001_0000;
/// NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY.
pub(crate) const EXTENDED_SESSION_SECURITY: u32 = 0x0008_0000;
/// NTLMSSP_NEGOTIATE_TARGET_INFO.
pub(crate) const TARGET_INFO: u32 = 0x0080_0000;
/// NTLMSSP_NEGOTIATE_VERSION.
pub(crate) const VERSION: u32 = 0x0200_0000;
/// NTLMSSP_NEGOTIATE_128.
pub(crate) const KEY_128: u32 = 0x2000_0000;
/// NTLMSSP_NEGOTIATE_KEY_EXCH.
pub(crate) const KEY_EXCHANGE: u32 = 0x4000_0000;
/// NTLMSSP_NEGOTIATE_56.
pub(crate) const KEY_56: u32 = 0x8000_0000;

/// Windows Server 2012 (6.2, build 9200), NTLM revision 15: what a front end of that time names itself as. [MS-NLMP]
/// 2.2.2.10: for debugging only.
pub(crate) const WINDOWS_SERVER_2012: [u8; 8] = [6, 2, 0xf0, 0x23, 0, 0, 0, 15];
