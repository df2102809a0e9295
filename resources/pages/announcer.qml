// SPDX-License-Identifier: GPL-3.0-only
// Says words to a screen reader; never seen. For views/widgets/announcer.py.
import QtQuick

Item {
    // Of an alert a reader drops none, however fast they come; of other things it does.
    Accessible.role: Accessible.AlertMessage

    function announce(words, urgent) {
        Accessible.announce(words, urgent ? Accessible.Assertive : Accessible.Polite)
    }
}
