<?php
// Sets up the blog in the folder that the first argument names, and prints its keeper's user name and password for the API.
$blog = $argv[1];
$_SERVER['HTTP_HOST'] = 'localhost';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

preg_match("/'DB_HOST', '127.0.0.1:(\d+)'/", file_get_contents("$blog/wp-config.php"), $found);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
(new mysqli('127.0.0.1', 'root', '', '', (int) $found[1]))->query('CREATE DATABASE blog CHARACTER SET utf8mb4');

define('WP_INSTALLING', true);
require "$blog/wp-load.php";
require ABSPATH . 'wp-admin/includes/upgrade.php';

function wp_new_blog_notification() {} // sends no mail

ob_start();
$made = wp_install('Cards', 'keeper', 'keeper@blog.example', true, '', 'only-for-tests');
update_option('comment_previously_approved', 0);
update_option('comment_moderation', 0);
[$password] = WP_Application_Passwords::create_new_application_password($made['user_id'], ['name' => 'tests']);
ob_end_clean();

echo json_encode(['user' => 'keeper', 'password' => $password]);
