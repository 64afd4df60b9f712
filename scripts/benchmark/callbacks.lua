-- Callbacks of about 700 bytes for a thousand orders; each one tells a new fact, so that none is a cheap duplicate.
local tokens, count, base = {}, 0, os.time() * 1000000
for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end

local headers = { ["Content-Type"] = "application/json" }
if os.getenv("CLOSE") == "1" then headers["Connection"] = "close" end

local filler = string.rep("x", 330)

request = function()
  count = count + 1
  local order = count % #tokens + 1
  local body = string.format(
    '{"data":{"_id":"%024x","stato_richiesta":"In erogazione","hash_visura":"5fec1400000000000000000000000000",' ..
    '"nome_visura":"Benchmark","state":1,"timestamp_creation":%d,"timestamp_last_update":%d,' ..
    '"esito":{"codice":"0","info":"OK"},"ricerche":[],"json_visura":{"$0":"%s"},"callback_data":false}}',
    order, base, base + count, filler)
  return wrk.format("POST", wrk.path == "/callbacks/" and "/callbacks/" .. tokens[order] or nil,
    headers, body)
end
