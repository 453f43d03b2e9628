-- KEYS: the entry. ARGV: id of the record that is lost.
local held = redis.call('GET', KEYS[1])
if held and string.match(held, ' (%x+)$') == ARGV[1] then
    redis.call('DEL', KEYS[1])
end
return 0
