"""When nothing keeps a view any more, in tmux's formats.

Each rule of the policy (views/rules/policy.py) is here by its name, as a condition that is 1 where it keeps nothing.
They are asked in the very step that ends a view, whether viewsync says it or the server does it by itself.
"""

from __future__ import annotations

from viewsync.tmux.rules.language import both
from viewsync.tmux.rules.model import AWAY, CLIENTS, ENDS_ALONE, LEASE, MARKED, NOT_QUARANTINED, NOW, PARENT, PIN

UNATTACHED = both(
    "#{==:#{session_attached},0}", "#{==:#{session_attached_list},}"
)  # suspended ones are in the list alone
NOT_PINNED = f"#{{?{PIN},0,1}}"
ATTACHED_ONCE = "#{session_last_attached}"
SHARED = both("#{session_grouped}", "#{!=:#{session_group_size},1}")  # others hold its windows
# The clock was set back since then. The server's own time: what somebody does while we look is never ahead of that.
MADE_AHEAD = f"#{{e|>|:#{{session_created}},#{{e|+|:{NOW},1}}}}"
_LEASED_AT = f"#{{e|-|:#{{s/[.].*//:{LEASE}}},#{{s/.*[.]//:{LEASE}}}}}"  # it is "<expiry>.<seconds>"
LEASED_AHEAD = f"#{{e|>|:{_LEASED_AT},#{{e|+|:{NOW},1}}}}"
# Its client is not on any other session. All are looked through for those views alone that one has left.
NOT_AWAY = f"#{{?{AWAY},#{{?#{{m:* #{{{AWAY}}} *,#{{S: {CLIENTS} }}}},0,1}},1}}"
_NOTHING_ELSE_KEEPS_IT = f"#{{==:#{{{ENDS_ALONE}}},#{{session_id}}}}"

# Where no process of ours is asked. What a server cannot know (`lingering`, what WezTerm has) it must not decide.
ALONE = {
    "not_ours": MARKED,
    "bears_its_parents_name": f"#{{!=:#{{session_name}},#{{{PARENT}}}}}",
    "attached": UNATTACHED,
    "leased": f"#{{==:#{{{LEASE}}},}}",
    "brand_new": ATTACHED_ONCE,
    "pinned": both(NOT_PINNED, NOT_QUARANTINED),
    "away": NOT_AWAY,
    "lingering": _NOTHING_ELSE_KEEPS_IT,
    "tracked_and_fresh": _NOTHING_ELSE_KEEPS_IT,
}
