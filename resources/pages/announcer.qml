// SPDX-License-Identifier: GPL-3.0-only
// Says words to a screen reader; never seen. For views/widgets/announcer.py.
import QtQuick

Item {
    function announce(words, urgent) {
        Accessible.announce(words, urgent ? Accessible.Assertive : Accessible.Polite)
    }
}
