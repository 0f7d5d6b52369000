-- SPDX-License-Identifier: MIT
-- What lua.sh runs. Nothing printed depends on the order of pairs.
local state = 42
local function random(n)
    state = state * 16807 % 2147483647
    return state % n
end

local count = tonumber(arg[1])
local index, lines, sum = {}, {}, 0
for i = 1, count do
    local words = {}
    for k = 1, 3 + random(5) do
        words[k] = string.char(97 + random(26)) .. "w" .. random(3000)
    end
    lines[#lines + 1] = table.concat(words, " ")
    for _, word in ipairs(words) do
        local letter = word:sub(1, 1)
        index[letter] = index[letter] or {}
        index[letter][word] = index[letter][word] or {}
        table.insert(index[letter][word], { line = i, weight = random(9) })
    end
end
local calls = {}
for i, line in ipairs(lines) do
    local changed, times = line:gsub("([a-f])w(%d)(%d*)", "<%1>%3%2")
    lines[i] = changed
    if i % 10 == 0 then
        calls[#calls + 1] = function(x) return x + times + #changed end
    end
end
for _, call in ipairs(calls) do
    sum = call(sum)
end
local names = {}
for _, words in pairs(index) do
    for word, places in pairs(words) do
        names[#names + 1] = word .. ":" .. #places
    end
end
table.sort(names)
table.sort(lines)
local text = table.concat(lines, "\n")
local parts = 0
for part in text:gmatch("[^ <>]+") do
    parts = parts + #part
end
print(sum, #names, names[#names // 2], #text, parts)
