-- WezTerm embeds Lua 5.4 (its config/Cargo.toml: `lua54`).
std = "lua54"
max_line_length = 100
exclude_files = { ".venv*" }
-- The fake takes away what WezTerm lacks (debug) and what would block the GUI thread (io, os).
files["tests/lua/fake_wezterm.lua"] = { globals = { "io", "os", "package", "pairs", "print", "debug" } }
