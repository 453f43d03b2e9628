-- KEYS: the entry. ARGV: time of the decision, value, id of the record that claims it, time to live.
local time, value, id
local held = redis.call('GET', KEYS[1])
if held then
    time, value, id = string.match(held, '^(%-?%d+) (%x+) (%x+)$')
end
-- Asked once more, because the answer was lost.
if id == ARGV[3] then
    return 1
end
if time and tonumber(time) > tonumber(ARGV[1]) then
    return value == ARGV[2] and 0 or 2
end
if value == ARGV[2] then
    redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. value .. ' ' .. id, 'KEEPTTL')
    return 0
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. ARGV[3], 'PX', ARGV[4])
return 1
