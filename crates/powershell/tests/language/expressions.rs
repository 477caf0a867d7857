//! Values, operators, texts.

use crate::support::shows;

#[tokio::test]
async fn expressions_have_powershells_values() {
    for (script, shown) in [
        ("1 + 2 * 3", "7\n"),
        ("(1 + 2) * 3", "9\n"),
        ("7 / 2", "3.5\n"),
        ("6 / 2", "3\n"),
        ("7 % 4 - 1", "2\n"),
        ("-5 + 2", "-3\n"),
        ("64KB", "65536\n"),
        ("'a' + 1", "a1\n"),
        ("'5' * 3", "555\n"),
        ("'-' * 10", "----------\n"),
        ("'ab' * '2'", "abab\n"),
        ("'ab' * 2.5", "abab\n"),
        ("'ab' * 0", "\n"),
        ("(@(1, 2) * 2).Count; (@(1, 2) * 2)[3]; (@(1, 2) * 0).Count", "4\n2\n0\n"),
        ("5 * '3'", "15\n"),
        ("'phone'.Substring(2); 'phone'.Substring(1, 3); 'phone'.Substring(5)", "one\nhon\n\n"),
        ("'a\u{1f600}bc'.Substring(3)", "bc\n"),
        (
            "'phone'.IndexOf('o'); 'phone'.IndexOf('x'); '\u{1f600}x'.IndexOf('x'); 'aXbX'.LastIndexOf('X')",
            "2\n-1\n2\n3\n",
        ),
        ("'xxaxx'.Trim('x'); ' a'.TrimStart(); 'a '.TrimEnd().Length", "a\na\n1\n"),
        ("'tel:+1'.StartsWith('tel:'); 'a'.EndsWith('b'); 'abc'.Contains('b')", "True\nFalse\nTrue\n"),
        ("(Get-Date '9/25/2012').AddDays(1.5).Hour; (Get-Date '9/25/2012').AddDays(-25).Month", "12\n8\n"),
        ("((Get-Date).AddHours(2) - (Get-Date)).TotalHours", "2\n"),
        ("(1, 2 + 3).Count", "3\n"),
        ("'it''s'", "it's\n"),
        ("\"say \"\"hi\"\"\"", "say \"hi\"\n"),
        ("$x = 'Ken'; \"$x's `$x $($x.Length) ${x}y\"", "Ken's $x 3 Keny\n"),
        (
            "$x = Get-CsUser 'Ken Myer'; \"$x.Devices $($x.Devices)\"",
            "CN=Ken Myer,OU=Redmond,DC=litwareinc,DC=com.Devices 2\n",
        ),
        ("“typographic”", "typographic\n"),
        ("'a`tb'", "a`tb\n"),
        ("\"a`tb\"", "a\tb\n"),
        ("'Ken' -eq 'kEN'", "True\n"),
        ("'Ken' -ceq 'kEN'", "False\n"),
        ("5 -in 1, 5, 9", "True\n"),
        ("-not $true -or 1 -eq 1", "True\n"),
        ("!($null)", "True\n"),
        ("$true -and 0", "False\n"),
        ("1, 2, 3 -gt 1", "2\n3\n"),
        ("@(1).Count; @().Count; $null.Count; 'x'.Count", "1\n0\n0\n1\n"),
        ("'a b'.ToUpper().Split(' ')", "A\nB\n"),
        ("(Get-Date '9/25/2012 1:35:03 PM').Year", "2012\n"),
        ("((Get-Date '2012-09-26') - (Get-Date '2012-09-25')).TotalHours", "24\n"),
        ("@{Name='x'; Count=3}.Count", "3\n"),
        ("$t = @{a=1; b=2; c=3}; $t.Count; $t.Keys", "3\na\nb\nc\n"),
        ("$a = 1; $a += 2; $A", "3\n"),
        ("$a = 1, 2; $a += 3; $a[-1]", "3\n"),
        (
            "$x = Get-CsUser 'Ken Myer'; $x.devices = 7; $x.Devices += 1; $x.Devices, $x.DisplayName",
            "8\nKen Myer\n",
        ),
        ("Get-CsUser | % { $_.Devices = 5; $_ } | measure Devices -Sum | % Sum", "15\n"),
        ("$t = @{}; $t.Name = 'x'; $t.Name; $t.Count", "x\n1\n"),
        ("$x = 'a'; $x.Length -eq 1", "True\n"),
        ("$x = 5, 6, 7; $x[0, -1, 9]; $x[1]", "5\n7\n6\n"),
        ("Write-Host 'Users:' (Get-CsUser).Count 'of' 1,2; Write-Host", "Users: 3 of 1 2\n\n"),
        ("Write-Output a 'b c' 3; echo (1, 2)", "a\nb c\n3\n1\n2\n"),
        ("$?", "True\n"),
        ("Get-CsUser nobody -EA SilentlyContinue; $?; $?", "False\nTrue\n"),
        ("Write-Output 1,2 -Verbose | Measure-Object -Sum | % Sum", "3\n"),
        ("echo a\"b c\"d", "ab cd\n"),
    ] {
        assert_eq!(shows(script).await, shown, "{script}");
    }
}

#[tokio::test]
async fn a_single_value_is_no_array_and_nothing_is_null() {
    for (script, shown) in [
        ("$x = Get-CsUser 'Ken Myer'; $x.DisplayName", "Ken Myer\n"),
        ("$x = Get-CsUser | ? Devices -gt 99; $x -eq $null", "True\n"),
        ("$x = Get-CsUser -OutVariable all | select -Last 1; $all.Count; $x.DisplayName", "3\nAnna Lidman\n"),
    ] {
        assert_eq!(shows(script).await, shown, "{script}");
    }
}

#[tokio::test]
async fn what_cannot_be_repeated_or_cut_is_refused() {
    for (script, message) in [
        ("'a' * 'x'", "Cannot convert value \"x\" to type \"System.Int32\"."),
        ("'a' * -1", "Specified argument was out of the range of valid values."),
        ("'a' * 1gb", "A text would be longer than"),
        ("'ab' * 9223372036854775807", "A text would be longer than"),
        ("@(1, 2) * 60000", "More than 100000 objects"),
        ("'ab'.Substring(3)", "\"startIndex cannot be larger than length of string."),
        ("'ab'.Substring(-1)", "\"StartIndex cannot be less than zero."),
        ("'ab'.Substring(1, 2)", "\"Index and length must refer to a location within the string."),
        ("(Get-Date).AddDays(99999999)", "un-representable DateTime"),
        ("(Get-Date).AddDays(1e300)", "un-representable DateTime"),
    ] {
        let shown = shows(script).await;
        assert!(shown.starts_with('!') && shown.contains(message), "{script}\n{shown}");
    }
}
