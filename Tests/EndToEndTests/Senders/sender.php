<?php
// Posts callbacks with PHP's curl, and with its streams, in every way in which a program may hand them a body.
//
// Usage: sender.php JOBS    JOBS has a line for each: WAY, URL and order as JSON, with tabs between.
// Prints a line for each: WAY, status and answer.
//
// All share one handle, so that a connection which may be kept is used again.

const FORM = 'application/x-www-form-urlencoded';

$handle = curl_init();

function posted(CurlHandle $handle, string $url, $fields, array $headers = []): array
{
    curl_reset($handle);
    curl_setopt_array($handle, [
        CURLOPT_URL => $url,
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => $fields,
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 30,
    ]);
    $answer = curl_exec($handle);
    return [curl_getinfo($handle, CURLINFO_RESPONSE_CODE), $answer === false ? curl_error($handle) : $answer];
}

function streamed(string $url, string $body, string $type): array
{
    $context = stream_context_create(['http' => [
        'method' => 'POST', 'header' => "Content-Type: $type", 'content' => $body, 'timeout' => 30, 'ignore_errors' => true,
    ]]);
    $answer = file_get_contents($url, false, $context);
    return [(int) explode(' ', $http_response_header[0] ?? ' 0')[1], $answer];
}

foreach (file($argv[1], FILE_IGNORE_NEW_LINES) as $line) {
    [$way, $url, $order] = explode("\t", $line);
    $order = json_decode($order);
    $json = json_encode($order);  // Slashes and everything beyond ASCII escaped, as PHP does it.
    $wrapped = json_encode(['data' => $order, 'success' => true, 'message' => '', 'error' => null]);
    [$status, $answer] = match ($way) {
        'array' => posted($handle, $url, ['data' => $json]),
        'array of two' => posted($handle, $url, ['data' => $json, 'custom' => '{}']),
        'file' => posted($handle, $url, ['data' => new CURLStringFile($json, 'data.json', 'application/json')]),
        'string' => posted($handle, $url, http_build_query(['data' => $json])),
        'nested' => posted($handle, $url, http_build_query(['data' => $order])),
        'json' => posted($handle, $url, $wrapped, ['Content-Type: application/json']),
        'json without a type' => posted($handle, $url, $wrapped),
        'text in json' => posted($handle, $url, json_encode(['data' => $json]), ['Content-Type: application/json']),
        'gzip' => posted($handle, $url, gzencode($wrapped), ['Content-Type: application/json', 'Content-Encoding: gzip']),
        'gzip, not told' => posted($handle, $url, gzencode($wrapped), ['Content-Type: application/json']),
        'deflate' => posted($handle, $url, gzcompress($wrapped),
            ['Content-Type: application/json', 'Content-Encoding: deflate']),
        'gzip form' => posted($handle, $url, gzencode(http_build_query(['data' => $json])),
            ['Content-Type: ' . FORM, 'Content-Encoding: gzip']),
        'warning' => posted($handle, $url, "<br />\n<b>Warning</b>: Undefined variable \$x in <b>/a.php</b><br />\n" . $wrapped,
            ['Content-Type: application/json']),
        'two megabytes' => posted($handle, $url, json_encode(['data' => $order, 'pad' => str_repeat('x', 2 << 20)]),
            ['Content-Type: application/json']),
        'stream form' => streamed($url, http_build_query(['data' => $json]), FORM),
        'stream json' => streamed($url, $wrapped, 'application/json'),
    };
    echo "$way\t$status\t", trim((string) $answer), "\n";
}
